// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * A slot of a version 2 region: the sequence number, then one word of 64 bits that holds length and
 * kind, then the payload. See docs/ring-format.md, "Region version 2".
 */
final class Slot {
  /** Bytes of payload in a slot. */
  static final int PAYLOAD = 48;

  /** Offsets in a slot, in bytes. */
  static final int SEQUENCE_AT = 0;

  static final int WORD_AT = 8;
  static final int PAYLOAD_AT = 16;

  private Slot() {}

  static long word(SlotKind kind, int length) {
    return length | (long) kind.code() << 32;
  }

  /** Returns the number of payload bytes that a slot claims, unsigned. */
  static int length(long word) {
    return (int) word;
  }

  /** Returns the code of a slot's kind, which need not be one of a {@link SlotKind}. */
  static int kind(long word) {
    return (int) (word >>> 32);
  }
}
