// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static tombolo.memory.HostMemory.PAGE_SIZE;

import java.util.Objects;

/**
 * A range of guest physical addresses and the host memory behind it. Immutable; it says nothing
 * about whether it is mapped still.
 *
 * @param gpa first guest physical address, a multiple of the page size, not negative
 * @param size bytes, a positive multiple of the page size; {@code gpa + size} does not overflow
 * @param host the memory
 * @param hostOffset where in it the region begins, a multiple of the page size
 * @param access what the guest may do
 */
public record MemoryRegion(long gpa, long size, HostMemory host, long hostOffset, Access access) {
  /**
   * Checks all of the above.
   *
   * @throws IllegalArgumentException if something does not hold
   */
  public MemoryRegion {
    Objects.requireNonNull(access);
    checkRange(gpa, size);
    if (hostOffset < 0 || hostOffset % PAGE_SIZE != 0 || hostOffset > host.size() - size) {
      throw new IllegalArgumentException(
          "offset 0x%x with 0x%x bytes is not a slice of whole pages of host memory of 0x%x bytes"
              .formatted(hostOffset, size, host.size()));
    }
  }

  /** Throws IllegalArgumentException if these are no whole pages of a guest's address space. */
  static void checkRange(long gpa, long size) {
    if (gpa < 0 || gpa % PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "GPA must be a multiple of 0x%x below 2^63: 0x%x".formatted(PAGE_SIZE, gpa));
    }
    if (size <= 0 || size % PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "size must be a positive multiple of 0x%x bytes: %d".formatted(PAGE_SIZE, size));
    }
    if (gpa > Long.MAX_VALUE - size) {
      throw new IllegalArgumentException(
          "GPA 0x%x with 0x%x bytes leaves the address space".formatted(gpa, size));
    }
  }

  /** The first guest physical address after it. */
  public long end() {
    return gpa + size;
  }

  /** Whether the byte at this guest physical address is in it. */
  public boolean contains(long address) {
    return address >= gpa && address - gpa < size;
  }

  /** Native address of its first byte. */
  public long hostAddress() {
    return host.address() + hostOffset;
  }

  /** Where in {@link #host()} the byte at this guest physical address is, which it contains. */
  public long hostOffsetOf(long address) {
    return address - gpa + hostOffset;
  }

  @Override
  public String toString() {
    return "0x%x..0x%x %s".formatted(gpa, end() - 1, access);
  }
}
