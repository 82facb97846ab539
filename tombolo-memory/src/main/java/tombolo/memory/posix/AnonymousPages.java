// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/** Allocates private anonymous mappings. The kernel gives each page, zeroed, on first touch. */
final class AnonymousPages implements PageSource {
  private final int flags;

  private AnonymousPages(int flags) {
    this.flags = flags;
  }

  /** Uses {@code MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE} of Linux's asm-generic/mman.h. */
  static AnonymousPages ofLinux() {
    return new AnonymousPages(0x02 | 0x20 | 0x4000);
  }

  /** Uses {@code MAP_PRIVATE | MAP_ANON | MAP_NORESERVE} of macOS's sys/mman.h. */
  static AnonymousPages ofMacOs() {
    return new AnonymousPages(0x02 | 0x1000 | 0x40);
  }

  @Override
  public Pages allocate(long size, Arena owner) {
    MemorySegment segment = LibC.map(size, flags, LibC.NO_FILE, owner, () -> {});
    return new Pages(segment, OptionalInt.empty());
  }

  @Override
  public Pages allocateShareable(String name, long size, Arena owner) {
    return allocate(size, owner);
  }
}
