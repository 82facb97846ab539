// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Expands a 16-bit instruction of RV64C, Zcb or Zcmop to the 32-bit instruction that it abbreviates
 * (RISC-V Unprivileged ISA, chapters "C" Extension for Compressed Instructions, Zcb and Zcmop).
 */
public final class Compressed {
  /** The expansion of a reserved encoding: an all-zero word is illegal by definition. */
  static final int ILLEGAL = 0;

  private static final int LOAD = 0x03;
  private static final int LOAD_FP = 0x07;
  private static final int OP_IMM = 0x13;
  private static final int OP_IMM_32 = 0x1b;
  private static final int STORE = 0x23;
  private static final int STORE_FP = 0x27;
  private static final int OP = 0x33;
  private static final int OP_32 = 0x3b;
  private static final int BRANCH = 0x63;
  private static final int EBREAK = 0x00100073;
  private static final int NOP = 0x00000013;

  private Compressed() {}

  /** The 32-bit equivalent of a halfword whose two low bits are not both ones. */
  public static int expand(int c) {
    int function = c >>> 13 & 7;
    return switch (c & 3) {
      case 0 -> quadrant0(c, function);
      case 1 -> quadrant1(c, function);
      default -> quadrant2(c, function);
    };
  }

  private static int quadrant0(int c, int function) {
    int rd = 8 + (c >>> 2 & 7);
    int rs1 = 8 + (c >>> 7 & 7);
    int word = bits(c, 10, 3) << 3 | bits(c, 6, 1) << 2 | bits(c, 5, 1) << 6;
    int doubleword = bits(c, 10, 3) << 3 | bits(c, 5, 2) << 6;
    return switch (function) {
      case 0 -> {
        int offset =
            bits(c, 11, 2) << 4 | bits(c, 7, 4) << 6 | bits(c, 6, 1) << 2 | bits(c, 5, 1) << 3;
        yield offset == 0 ? ILLEGAL : immediate(OP_IMM, 0, rd, 2, offset);
      }
      case 1 -> immediate(LOAD_FP, 3, rd, rs1, doubleword);
      case 2 -> immediate(LOAD, 2, rd, rs1, word);
      case 3 -> immediate(LOAD, 3, rd, rs1, doubleword);
      case 4 -> shortAccess(c, rd, rs1);
      case 5 -> store(STORE_FP, 3, rs1, rd, doubleword);
      case 6 -> store(STORE, 2, rs1, rd, word);
      case 7 -> store(STORE, 3, rs1, rd, doubleword);
      default -> ILLEGAL;
    };
  }

  /** Zcb's loads and stores of bytes and halfwords. */
  private static int shortAccess(int c, int register, int rs1) {
    int half = bits(c, 5, 1) << 1;
    int offset = half | bits(c, 6, 1);
    boolean other = bits(c, 6, 1) != 0;
    return switch (bits(c, 10, 3)) {
      case 0 -> immediate(LOAD, 4, register, rs1, offset);
      case 1 -> immediate(LOAD, other ? 1 : 5, register, rs1, half);
      case 2 -> store(STORE, 0, rs1, register, offset);
      case 3 -> other ? ILLEGAL : store(STORE, 1, rs1, register, half);
      default -> ILLEGAL;
    };
  }

  private static int quadrant1(int c, int function) {
    int rd = c >>> 7 & 31;
    int small = signed(bits(c, 12, 1) << 5 | bits(c, 2, 5), 6);
    return switch (function) {
      case 0 -> immediate(OP_IMM, 0, rd, rd, small);
      case 1 -> rd == 0 ? ILLEGAL : immediate(OP_IMM_32, 0, rd, rd, small);
      case 2 -> immediate(OP_IMM, 0, rd, 0, small);
      case 3 -> {
        if (rd == 2) {
          int offset =
              signed(
                  bits(c, 12, 1) << 9
                      | bits(c, 6, 1) << 4
                      | bits(c, 5, 1) << 6
                      | bits(c, 3, 2) << 7
                      | bits(c, 2, 1) << 5,
                  10);
          yield offset == 0 ? ILLEGAL : immediate(OP_IMM, 0, 2, 2, offset);
        }
        if (small == 0) {
          yield (rd & 0x11) == 1 ? NOP : ILLEGAL; // c.mop.1, c.mop.3 to c.mop.15
        }
        yield small << 12 | rd << 7 | 0x37;
      }
      case 4 -> arithmetic(c);
      case 5 -> jump(c);
      case 6 -> branch(c, 0);
      default -> branch(c, 1);
    };
  }

  private static int arithmetic(int c) {
    int rd = 8 + (c >>> 7 & 7);
    int rs2 = 8 + (c >>> 2 & 7);
    int amount = bits(c, 12, 1) << 5 | bits(c, 2, 5);
    return switch (c >>> 10 & 3) {
      case 0 -> immediate(OP_IMM, 5, rd, rd, amount);
      case 1 -> immediate(OP_IMM, 5, rd, rd, 0x400 | amount);
      case 2 -> immediate(OP_IMM, 7, rd, rd, signed(amount, 6));
      default ->
          switch (((c >>> 5) & 3) | ((c >>> 10) & 4)) {
            case 0 -> register(OP, 0, 0x20, rd, rd, rs2);
            case 1 -> register(OP, 4, 0, rd, rd, rs2);
            case 2 -> register(OP, 6, 0, rd, rd, rs2);
            case 3 -> register(OP, 7, 0, rd, rd, rs2);
            case 4 -> register(OP_32, 0, 0x20, rd, rd, rs2);
            case 5 -> register(OP_32, 0, 0, rd, rd, rs2);
            case 6 -> register(OP, 0, 1, rd, rd, rs2);
            default -> unary(bits(c, 2, 3), rd);
          };
    };
  }

  /** Zcb's operations on one register. */
  private static int unary(int function, int rd) {
    return switch (function) {
      case 0 -> immediate(OP_IMM, 7, rd, rd, 0xff);
      case 1 -> immediate(OP_IMM, 1, rd, rd, 0x604); // sext.b
      case 2 -> register(OP_32, 4, 0x04, rd, rd, 0); // zext.h
      case 3 -> immediate(OP_IMM, 1, rd, rd, 0x605); // sext.h
      case 4 -> register(OP_32, 0, 0x04, rd, rd, 0); // add.uw
      case 5 -> immediate(OP_IMM, 4, rd, rd, -1);
      default -> ILLEGAL;
    };
  }

  private static int jump(int c) {
    int offset =
        signed(
            bits(c, 12, 1) << 11
                | bits(c, 11, 1) << 4
                | bits(c, 9, 2) << 8
                | bits(c, 8, 1) << 10
                | bits(c, 7, 1) << 6
                | bits(c, 6, 1) << 7
                | bits(c, 3, 3) << 1
                | bits(c, 2, 1) << 5,
            12);
    return (offset >> 20 & 1) << 31
        | bits(offset, 1, 10) << 21
        | bits(offset, 11, 1) << 20
        | bits(offset, 12, 8) << 12
        | 0x6f;
  }

  private static int branch(int c, int function) {
    int offset =
        signed(
            bits(c, 12, 1) << 8
                | bits(c, 10, 2) << 3
                | bits(c, 5, 2) << 6
                | bits(c, 3, 2) << 1
                | bits(c, 2, 1) << 5,
            9);
    return bits(offset, 12, 1) << 31
        | bits(offset, 5, 6) << 25
        | (8 + (c >>> 7 & 7)) << 15
        | function << 12
        | bits(offset, 1, 4) << 8
        | bits(offset, 11, 1) << 7
        | BRANCH;
  }

  private static int quadrant2(int c, int function) {
    int rd = c >>> 7 & 31;
    int rs2 = c >>> 2 & 31;
    int amount = bits(c, 12, 1) << 5 | rs2;
    int wordLoad = bits(c, 12, 1) << 5 | bits(c, 4, 3) << 2 | bits(c, 2, 2) << 6;
    int doubleLoad = bits(c, 12, 1) << 5 | bits(c, 5, 2) << 3 | bits(c, 2, 3) << 6;
    int wordStore = bits(c, 9, 4) << 2 | bits(c, 7, 2) << 6;
    int doubleStore = bits(c, 10, 3) << 3 | bits(c, 7, 3) << 6;
    return switch (function) {
      case 0 -> immediate(OP_IMM, 1, rd, rd, amount);
      case 1 -> immediate(LOAD_FP, 3, rd, 2, doubleLoad);
      case 2 -> rd == 0 ? ILLEGAL : immediate(LOAD, 2, rd, 2, wordLoad);
      case 3 -> rd == 0 ? ILLEGAL : immediate(LOAD, 3, rd, 2, doubleLoad);
      case 4 -> {
        boolean link = bits(c, 12, 1) != 0;
        if (rs2 != 0) {
          yield register(OP, 0, 0, rd, link ? rd : 0, rs2);
        }
        if (rd == 0) {
          yield link ? EBREAK : ILLEGAL;
        }
        yield immediate(0x67, 0, link ? 1 : 0, rd, 0);
      }
      case 5 -> store(STORE_FP, 3, 2, rs2, doubleStore);
      case 6 -> store(STORE, 2, 2, rs2, wordStore);
      default -> store(STORE, 3, 2, rs2, doubleStore);
    };
  }

  private static int bits(int value, int from, int count) {
    return value >>> from & (1 << count) - 1;
  }

  private static int signed(int value, int width) {
    return (value << (32 - width)) >> (32 - width);
  }

  private static int immediate(int opcode, int function, int rd, int rs1, int immediate) {
    return immediate << 20 | rs1 << 15 | function << 12 | rd << 7 | opcode;
  }

  private static int store(int opcode, int function, int rs1, int rs2, int offset) {
    return bits(offset, 5, 7) << 25
        | rs2 << 20
        | rs1 << 15
        | function << 12
        | bits(offset, 0, 5) << 7
        | opcode;
  }

  private static int register(int opcode, int function, int function7, int rd, int rs1, int rs2) {
    return function7 << 25 | rs2 << 20 | rs1 << 15 | function << 12 | rd << 7 | opcode;
  }
}
