// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static tombolo.memory.HostMemory.PAGE_SIZE;

import java.util.Objects;

/**
 * A range of guest physical addresses and the host memory behind it. Immutable. It does not say
 * whether it is still mapped.
 *
 * @param gpa the first guest physical address, a multiple of the page size, not negative
 * @param size bytes, a positive multiple of the page size; {@code gpa + size} does not overflow
 * @param host the memory
 * @param hostOffset offset of the region in that memory in bytes, a multiple of the page size
 * @param access the accesses that the guest may make
 */
public record MemoryRegion(long gpa, long size, HostMemory host, long hostOffset, Access access) {
  /**
   * Checks the ranges of all components.
   *
   * @throws IllegalArgumentException if a component is out of its range
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

  /** Throws IllegalArgumentException unless these are whole pages of a guest's address space. */
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

  /** Returns the first guest physical address after the region. */
  public long end() {
    return gpa + size;
  }

  /** Returns whether the byte at this guest physical address is in the region. */
  public boolean contains(long address) {
    return address >= gpa && address - gpa < size;
  }

  /** Returns the native address of the region's first byte. */
  public long hostAddress() {
    return host.address() + hostOffset;
  }

  /** Returns the offset in {@link #host()} of a guest physical address inside the region. */
  public long hostOffsetOf(long address) {
    return address - gpa + hostOffset;
  }

  @Override
  public String toString() {
    return "0x%x..0x%x %s".formatted(gpa, end() - 1, access);
  }
}
