// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * A cell's header in Message V1: three words of 64 bits, the first of which holds version, flags,
 * header length and fragment length. The payload follows. See docs/ring-format.md.
 */
final class Cell {
  /** Bytes of a header. */
  static final int HEADER = 24;

  static final int VERSION = 1;

  static final int FIRST = 1;
  static final int LAST = 2;
  static final int ABORT = 4;

  /** Where the words are in a cell. */
  static final int WORD_AT = 0;

  static final int ID_AT = 8;
  static final int LENGTH_AT = 16;

  private Cell() {}

  static long word(int flags, int fragment) {
    return VERSION | (long) flags << 8 | (long) HEADER << 16 | (long) fragment << 32;
  }

  static int version(long word) {
    return (int) word & 0xff;
  }

  static int flags(long word) {
    return (int) word >>> 8 & 0xff;
  }

  static int headerLength(long word) {
    return (int) word >>> 16;
  }

  /** Bytes of payload, unsigned. */
  static int fragment(long word) {
    return (int) (word >>> 32);
  }
}
