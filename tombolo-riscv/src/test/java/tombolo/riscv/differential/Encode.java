// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/**
 * Puts operands into instruction words. Every method takes the word with all operand fields zero
 * and follows the format of the same name in the unprivileged specification ("Base Instruction
 * Formats", "Compressed Instruction Formats"). Registers are numbers, 0 to 31; offsets are bytes.
 */
final class Encode {
  private Encode() {}

  static int r(int word, int rd, int rs1, int rs2) {
    return word | rd << 7 | rs1 << 15 | rs2 << 20;
  }

  static int r4(int word, int rd, int rs1, int rs2, int rs3, int rm) {
    return r(word, rd, rs1, rs2) | rs3 << 27 | rm << 12;
  }

  static int i(int word, int rd, int rs1, int immediate) {
    return word | rd << 7 | rs1 << 15 | immediate << 20;
  }

  static int s(int word, int rs1, int rs2, int immediate) {
    return word | rs1 << 15 | rs2 << 20 | (immediate & 0x1f) << 7 | (immediate >> 5) << 25;
  }

  static int b(int word, int rs1, int rs2, int offset) {
    return word
        | rs1 << 15
        | rs2 << 20
        | bits(offset, 12, 12) << 31
        | bits(offset, 10, 5) << 25
        | bits(offset, 4, 1) << 8
        | bits(offset, 11, 11) << 7;
  }

  /** {@code upper} is the value of bits 31 to 12. */
  static int u(int word, int rd, int upper) {
    return word | rd << 7 | upper << 12;
  }

  static int j(int word, int rd, int offset) {
    return word
        | rd << 7
        | bits(offset, 20, 20) << 31
        | bits(offset, 10, 1) << 21
        | bits(offset, 11, 11) << 20
        | bits(offset, 19, 12) << 12;
  }

  static int ci(int word, int rd, int immediate) {
    return word | rd << 7 | bits(immediate, 5, 5) << 12 | bits(immediate, 4, 0) << 2;
  }

  static int cr(int word, int rd, int rs2) {
    return word | rd << 7 | rs2 << 2;
  }

  /** c.addi16sp: {@code immediate} is a multiple of 16, -512 to 496. */
  static int ciStackStep(int word, int immediate) {
    return word
        | bits(immediate, 9, 9) << 12
        | bits(immediate, 4, 4) << 6
        | bits(immediate, 6, 6) << 5
        | bits(immediate, 8, 7) << 3
        | bits(immediate, 5, 5) << 2;
  }

  /** c.addi4spn: {@code immediate} is a multiple of 4, 4 to 1020. */
  static int ciw(int word, int rd, int immediate) {
    return word
        | prime(rd) << 2
        | bits(immediate, 5, 4) << 11
        | bits(immediate, 9, 6) << 7
        | bits(immediate, 2, 2) << 6
        | bits(immediate, 3, 3) << 5;
  }

  /** Loads and stores of 4 bytes through rs1'. */
  static int clWord(int word, int rd, int rs1, int offset) {
    return word
        | prime(rd) << 2
        | prime(rs1) << 7
        | bits(offset, 5, 3) << 10
        | bits(offset, 2, 2) << 6
        | bits(offset, 6, 6) << 5;
  }

  /** Loads and stores of 1 and 2 bytes through rs1'. */
  static int clShort(int word, int rd, int rs1, int offset) {
    return word
        | prime(rd) << 2
        | prime(rs1) << 7
        | bits(offset, 0, 0) << 6
        | bits(offset, 1, 1) << 5;
  }

  /** Loads and stores of 8 bytes through rs1'. */
  static int clDouble(int word, int rd, int rs1, int offset) {
    return word
        | prime(rd) << 2
        | prime(rs1) << 7
        | bits(offset, 5, 3) << 10
        | bits(offset, 7, 6) << 5;
  }

  static int ciLoadWord(int word, int rd, int offset) {
    return word
        | rd << 7
        | bits(offset, 5, 5) << 12
        | bits(offset, 4, 2) << 4
        | bits(offset, 7, 6) << 2;
  }

  static int ciLoadDouble(int word, int rd, int offset) {
    return word
        | rd << 7
        | bits(offset, 5, 5) << 12
        | bits(offset, 4, 3) << 5
        | bits(offset, 8, 6) << 2;
  }

  static int cssWord(int word, int rs2, int offset) {
    return word | rs2 << 2 | bits(offset, 5, 2) << 9 | bits(offset, 7, 6) << 7;
  }

  static int cssDouble(int word, int rs2, int offset) {
    return word | rs2 << 2 | bits(offset, 5, 3) << 10 | bits(offset, 8, 6) << 7;
  }

  /** c.srli, c.srai and c.andi. */
  static int cbImmediate(int word, int rd, int immediate) {
    return word | prime(rd) << 7 | bits(immediate, 5, 5) << 12 | bits(immediate, 4, 0) << 2;
  }

  static int ca(int word, int rd, int rs2) {
    return word | prime(rd) << 7 | prime(rs2) << 2;
  }

  static int cb(int word, int rs1, int offset) {
    return word
        | prime(rs1) << 7
        | bits(offset, 8, 8) << 12
        | bits(offset, 4, 3) << 10
        | bits(offset, 7, 6) << 5
        | bits(offset, 2, 1) << 3
        | bits(offset, 5, 5) << 2;
  }

  static int cj(int word, int offset) {
    return word
        | bits(offset, 11, 11) << 12
        | bits(offset, 4, 4) << 11
        | bits(offset, 9, 8) << 9
        | bits(offset, 10, 10) << 8
        | bits(offset, 6, 6) << 7
        | bits(offset, 7, 7) << 6
        | bits(offset, 3, 1) << 3
        | bits(offset, 5, 5) << 2;
  }

  private static int prime(int register) {
    if (register < 8 || register > 15) {
      throw new IllegalArgumentException("x" + register + " has no three-bit number");
    }
    return register - 8;
  }

  private static int bits(int value, int high, int low) {
    return (value >> low) & ((1 << (high - low + 1)) - 1);
  }
}
