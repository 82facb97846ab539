// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import tombolo.memory.HostMemory;

/**
 * The size of a channel's memory and its division (docs/abi.md, "A channel's memory"). Sizes are
 * whole pages.
 *
 * @param layout raw or sectioned
 * @param size of a raw channel all bytes, of a sectioned one the publisher's section; positive
 * @param sections subscribers' sections, 0 to {@link #MAX_SECTIONS}; 0 for a raw channel
 * @param sectionSize bytes of each of them; 0 where there is none
 */
public record Shape(Layout layout, long size, int sections, long sectionSize) {
  /** The most subscribers' sections. */
  public static final int MAX_SECTIONS = 64;

  /** The most bytes of a channel: 1 TiB. */
  public static final long MAX_SIZE = 1L << 40;

  /** The section number of a side that has none. */
  public static final int NO_SECTION = -1;

  /** The bytes in front of the sections, which the host alone writes. */
  public static final long HEADER = HostMemory.PAGE_SIZE;

  /** Returns the shape of a raw channel of at least that many bytes. */
  public static Shape raw(long size) {
    return new Shape(Layout.RAW, size, 0, 0);
  }

  /** Returns the shape of a sectioned channel whose sections have at least that many bytes. */
  public static Shape sectioned(long publisherSize, int sections, long sectionSize) {
    return new Shape(Layout.SECTIONED, publisherSize, sections, sectionSize);
  }

  /**
   * Rounds sizes up to whole pages.
   *
   * @throws RefusedException with {@link Status#BAD_SIZE} or {@link Status#BAD_LAYOUT}
   */
  public Shape {
    if (sections < 0
        || sections > MAX_SECTIONS
        || (layout == Layout.RAW && (sections != 0 || sectionSize != 0))) {
      throw new RefusedException(Status.BAD_LAYOUT, sections + " sections");
    }
    size = pages(size);
    sectionSize = sections == 0 ? 0 : pages(sectionSize);
    if (totalOf(layout, size, sections, sectionSize) > MAX_SIZE) {
      throw new RefusedException(Status.BAD_SIZE, "a channel over 1 TiB");
    }
  }

  private static long pages(long bytes) {
    if (bytes <= 0 || bytes > MAX_SIZE) {
      throw new RefusedException(Status.BAD_SIZE, bytes + " bytes");
    }
    return (bytes + HostMemory.PAGE_SIZE - 1) & -HostMemory.PAGE_SIZE;
  }

  // Both sizes are at most 1 TiB, so 64 of them don't overflow.
  private static long totalOf(Layout layout, long size, int sections, long sectionSize) {
    return layout == Layout.RAW ? size : HEADER + size + sections * sectionSize;
  }

  /** Returns the bytes of the whole channel. */
  public long total() {
    return totalOf(layout, size, sections, sectionSize);
  }

  /**
   * Returns where a section begins.
   *
   * @param section 0 the publisher's, from 1 a subscriber's
   */
  public long offsetOf(int section) {
    return section == 0 ? HEADER : HEADER + size + (section - 1) * sectionSize;
  }

  /** Returns the bytes of a section. */
  public long sizeOf(int section) {
    return section == 0 ? size : sectionSize;
  }
}
