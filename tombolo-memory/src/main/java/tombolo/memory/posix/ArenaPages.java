// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;
import java.util.OptionalInt;

/** Allocates pages with the JDK alone, for a host without mmap. Zeroes them at once, not lazily. */
final class ArenaPages implements PageSource {
  private static final long PAGE = 4096;

  @Override
  public Pages allocate(long size, Arena owner) {
    try {
      return new Pages(owner.allocate(size, PAGE), OptionalInt.empty());
    } catch (OutOfMemoryError refused) {
      throw new SystemCallException("malloc", Errno.ENOMEM, refused);
    }
  }

  @Override
  public Pages allocateShareable(String name, long size, Arena owner) {
    return allocate(size, owner);
  }
}
