// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * Allocates pages on Linux: private ones as anonymous mappings, shareable ones as a memfd.
 *
 * <p>The memfd is sealed (memfd_create(2), fcntl(2)) before anybody else can have its descriptor. A
 * peer that could shrink it would turn the next access here into SIGBUS.
 */
final class LinuxPages implements PageSource {
  private static final int MAP_SHARED = 0x01;

  private final AnonymousPages anonymous = AnonymousPages.ofLinux();

  @Override
  public Pages allocate(long size, Arena owner) {
    return anonymous.allocate(size, owner);
  }

  @Override
  public Pages allocateShareable(String name, long size, Arena owner) {
    int fd = LibC.createMemfd(name);
    try {
      LibC.setSize(fd, size);
      LibC.sealSize(fd);
      MemorySegment segment = LibC.map(size, MAP_SHARED, fd, owner, () -> LibC.close(fd));
      return new Pages(segment, OptionalInt.of(fd));
    } catch (SystemCallException refused) {
      LibC.close(fd);
      throw refused;
    }
  }
}
