// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * A record's header: one word with the payload's length in the low half and the type in the high
 * half, so that one load reads it. See docs/ring-format.md, "Records".
 */
final class Records {
  /** Bytes of a header. */
  static final int HEADER = 8;

  /** Alignment of a record's begin, in bytes. */
  static final int ALIGNMENT = 8;

  /** The type of padding, which fills the data area to its end. */
  static final int PADDING = -1;

  private Records() {}

  static long header(int type, int length) {
    return (long) type << Integer.SIZE | length;
  }

  static int type(long header) {
    return (int) (header >> Integer.SIZE);
  }

  static int length(long header) {
    return (int) header;
  }

  /** Returns a record's size in bytes. The length is at most half of 1 GiB: nothing overflows. */
  static int size(int length) {
    return (HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Returns the longest payload in bytes: its record takes half of the data area. */
  static int maxLength(int capacity) {
    return capacity / 2 - HEADER;
  }

  static boolean isAligned(long position) {
    return (position & (ALIGNMENT - 1)) == 0;
  }
}
