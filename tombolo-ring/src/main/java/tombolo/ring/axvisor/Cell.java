// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import org.jspecify.annotations.Nullable;

/**
 * A cell's header in Message V1: three words of 64 bits. The first holds version, flags, header
 * length and fragment length; the others hold the message's id and length. The payload follows. See
 * docs/ring-format.md.
 */
final class Cell {
  /** Bytes of a header. */
  static final int HEADER = 24;

  static final int VERSION = 1;

  static final int FIRST = 1;
  static final int LAST = 2;
  static final int ABORT = 4;

  /** Offsets of the words in a cell, in bytes. */
  static final int WORD_AT = 0;

  static final int ID_AT = 8;
  static final int LENGTH_AT = 16;

  private Cell() {}

  static long word(int flags, int fragment) {
    return VERSION | (long) flags << 8 | (long) HEADER << 16 | (long) fragment << 32;
  }

  /** Returns what is wrong with a header's first word whatever precedes and follows it, or null. */
  static @Nullable MessageError check(long word) {
    int flags = flags(word);
    if (((int) word & 0xff) != VERSION) {
      return MessageError.VERSION;
    }
    if (((int) word >>> 16) != HEADER) {
      return MessageError.HEADER_LENGTH;
    }
    return (flags & ~(FIRST | LAST)) != 0 && flags != ABORT ? MessageError.FLAGS : null;
  }

  static int flags(long word) {
    return (int) word >>> 8 & 0xff;
  }

  /** Returns the number of payload bytes, unsigned. */
  static int fragment(long word) {
    return (int) (word >>> 32);
  }
}
