// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * A record's header: one word, the payload's length in the low half and the type in the high half.
 * Being one word it is read once. See docs/ring-format.md.
 */
final class Records {
  /** Bytes of a header. */
  static final int HEADER = 8;

  /** Records begin at multiples of it. */
  static final int ALIGNMENT = 8;

  /** The type of a record that only fills the data area to its end. */
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

  /** Bytes that a record takes; the length is at most half of 1 GiB, so that nothing overflows. */
  static int size(int length) {
    return (HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** The longest payload: its record takes half the data area. */
  static int maxLength(int capacity) {
    return capacity / 2 - HEADER;
  }

  static boolean isAligned(long position) {
    return (position & (ALIGNMENT - 1)) == 0;
  }
}
