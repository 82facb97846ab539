// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Zba, Zbb, Zbs and Zicond: encodings, and the semantics of what the interpreter does not do
 * inline.
 *
 * <p>An immediate form decodes to the same selector as its register form; the operand comes from
 * the operation's immediate then, at bit 8, with {@link #IMMEDIATE_OPERAND} set.
 */
public final class Bits {
  private static final int IMMEDIATE_OPERAND = 0x80;

  private static final int SH1ADD_UW = 0;
  private static final int SH2ADD_UW = 1;
  private static final int SH3ADD_UW = 2;
  private static final int SLLI_UW = 3;
  private static final int ANDN = 4;
  private static final int ORN = 5;
  private static final int XNOR = 6;
  private static final int CLZ = 7;
  private static final int CTZ = 8;
  private static final int CPOP = 9;
  private static final int CLZW = 10;
  private static final int CTZW = 11;
  private static final int CPOPW = 12;
  private static final int MAX = 13;
  private static final int MAXU = 14;
  private static final int MIN = 15;
  private static final int MINU = 16;
  private static final int SEXT_B = 17;
  private static final int SEXT_H = 18;
  private static final int ROL = 19;
  private static final int ROR = 20;
  private static final int ROLW = 21;
  private static final int RORW = 22;
  private static final int ORC_B = 23;
  private static final int REV8 = 24;
  private static final int BCLR = 25;
  private static final int BEXT = 26;
  private static final int BINV = 27;
  private static final int BSET = 28;
  private static final int CZERO_EQZ = 29;
  private static final int CZERO_NEZ = 30;

  private Bits() {}

  /** OP-IMM, function 1, other than SLLI. */
  static long decodeLeftImmediate(int word, int immediate) {
    int amount = immediate & 63;
    return switch (immediate >>> 6) {
      case 0x12 -> unary(BCLR, word, amount);
      case 0x1a -> unary(BINV, word, amount);
      case 0x0a -> unary(BSET, word, amount);
      case 0x18 ->
          switch (amount) {
            case 0 -> unary(CLZ, word, 0);
            case 1 -> unary(CTZ, word, 0);
            case 2 -> unary(CPOP, word, 0);
            case 4 -> unary(SEXT_B, word, 0);
            case 5 -> unary(SEXT_H, word, 0);
            default -> Op.ILLEGAL;
          };
      default -> Op.ILLEGAL;
    };
  }

  /** OP-IMM, function 5, other than SRLI and SRAI. */
  static long decodeRightImmediate(int word, int immediate) {
    int amount = immediate & 63;
    return switch (immediate >>> 6) {
      case 0x12 -> unary(BEXT, word, amount);
      case 0x18 -> unary(ROR, word, amount);
      case 0x0a -> amount == 0x07 ? unary(ORC_B, word, 0) : Op.ILLEGAL;
      case 0x1a -> amount == 0x38 ? unary(REV8, word, 0) : Op.ILLEGAL;
      default -> Op.ILLEGAL;
    };
  }

  /** OP-IMM-32, function 1, other than SLLIW. */
  static long decodeLeftImmediate32(int word, int immediate) {
    if (immediate >>> 6 == 2) {
      return unary(SLLI_UW, word, immediate & 63);
    }
    return switch (immediate) {
      case 0x600 -> unary(CLZW, word, 0);
      case 0x601 -> unary(CTZW, word, 0);
      case 0x602 -> unary(CPOPW, word, 0);
      default -> Op.ILLEGAL;
    };
  }

  /** OP-IMM-32, function 5, other than SRLIW and SRAIW. */
  static long decodeRightImmediate32(int word) {
    return word >>> 25 == 0x30 ? unary(RORW, word, Decoder.rs2(word)) : Op.ILLEGAL;
  }

  /** OP with a function 7 that neither I nor M has. */
  static long decodeRegister(int word) {
    return switch (word >>> 25 << 3 | Decoder.function3(word)) {
      case 0x10 << 3 | 2 -> inline(Op.SH1ADD, word);
      case 0x10 << 3 | 4 -> inline(Op.SH2ADD, word);
      case 0x10 << 3 | 6 -> inline(Op.SH3ADD, word);
      case 0x20 << 3 | 4 -> binary(XNOR, word);
      case 0x20 << 3 | 6 -> binary(ORN, word);
      case 0x20 << 3 | 7 -> binary(ANDN, word);
      case 0x05 << 3 | 4 -> binary(MIN, word);
      case 0x05 << 3 | 5 -> binary(MINU, word);
      case 0x05 << 3 | 6 -> binary(MAX, word);
      case 0x05 << 3 | 7 -> binary(MAXU, word);
      case 0x30 << 3 | 1 -> binary(ROL, word);
      case 0x30 << 3 | 5 -> binary(ROR, word);
      case 0x24 << 3 | 1 -> binary(BCLR, word);
      case 0x24 << 3 | 5 -> binary(BEXT, word);
      case 0x34 << 3 | 1 -> binary(BINV, word);
      case 0x14 << 3 | 1 -> binary(BSET, word);
      case 0x07 << 3 | 5 -> binary(CZERO_EQZ, word);
      case 0x07 << 3 | 7 -> binary(CZERO_NEZ, word);
      default -> Op.ILLEGAL;
    };
  }

  /** OP-32 with a function 7 that neither I nor M has. */
  static long decodeRegister32(int word) {
    return switch (word >>> 25 << 3 | Decoder.function3(word)) {
      case 0x04 << 3 | 0 -> inline(Op.ADD_UW, word);
      case 0x04 << 3 | 4 ->
          Decoder.rs2(word) == 0
              ? Decoder.integer(Op.ZEXT_H, word, Decoder.rs1(word), 0, 0)
              : Op.ILLEGAL;
      case 0x10 << 3 | 2 -> binary(SH1ADD_UW, word);
      case 0x10 << 3 | 4 -> binary(SH2ADD_UW, word);
      case 0x10 << 3 | 6 -> binary(SH3ADD_UW, word);
      case 0x30 << 3 | 1 -> binary(ROLW, word);
      case 0x30 << 3 | 5 -> binary(RORW, word);
      default -> Op.ILLEGAL;
    };
  }

  private static long inline(int opcode, int word) {
    return Decoder.integer(opcode, word, Decoder.rs1(word), Decoder.rs2(word), 0);
  }

  private static long binary(int selector, int word) {
    return Decoder.integer(Op.BITS, word, Decoder.rs1(word), Decoder.rs2(word), selector);
  }

  private static long unary(int selector, int word, int operand) {
    int immediate = operand << 8 | IMMEDIATE_OPERAND | selector;
    return Decoder.integer(Op.BITS, word, Decoder.rs1(word), 0, immediate);
  }

  /**
   * The result.
   *
   * @param immediate of the operation
   * @param a the first operand
   * @param register the second, unless the immediate holds it
   */
  public static long apply(int immediate, long a, long register) {
    long b = (immediate & IMMEDIATE_OPERAND) == 0 ? register : immediate >>> 8;
    int amount = (int) b;
    return switch (immediate & ~IMMEDIATE_OPERAND & 0xff) {
      case SH1ADD_UW -> ((a & 0xffffffffL) << 1) + b;
      case SH2ADD_UW -> ((a & 0xffffffffL) << 2) + b;
      case SH3ADD_UW -> ((a & 0xffffffffL) << 3) + b;
      case SLLI_UW -> (a & 0xffffffffL) << amount;
      case ANDN -> a & ~b;
      case ORN -> a | ~b;
      case XNOR -> ~(a ^ b);
      case CLZ -> Long.numberOfLeadingZeros(a);
      case CTZ -> Long.numberOfTrailingZeros(a);
      case CPOP -> Long.bitCount(a);
      case CLZW -> Integer.numberOfLeadingZeros((int) a);
      case CTZW -> Integer.numberOfTrailingZeros((int) a);
      case CPOPW -> Integer.bitCount((int) a);
      case MAX -> Math.max(a, b);
      case MAXU -> Long.compareUnsigned(a, b) > 0 ? a : b;
      case MIN -> Math.min(a, b);
      case MINU -> Long.compareUnsigned(a, b) < 0 ? a : b;
      case SEXT_B -> (byte) a;
      case SEXT_H -> (short) a;
      case ROL -> Long.rotateLeft(a, amount);
      case ROR -> Long.rotateRight(a, amount);
      case ROLW -> Integer.rotateLeft((int) a, amount);
      case RORW -> Integer.rotateRight((int) a, amount);
      case ORC_B -> orCombineBytes(a);
      case REV8 -> Long.reverseBytes(a);
      case BCLR -> a & ~(1L << amount);
      case BEXT -> a >>> amount & 1;
      case BINV -> a ^ 1L << amount;
      case BSET -> a | 1L << amount;
      case CZERO_EQZ -> b == 0 ? 0 : a;
      case CZERO_NEZ -> b != 0 ? 0 : a;
      default -> throw new IllegalArgumentException("no such selector: " + immediate);
    };
  }

  /** Every byte becomes 0xff unless it is zero. */
  private static long orCombineBytes(long a) {
    long low = 0x7f7f7f7f7f7f7f7fL;
    long nonZero = ((a & low) + low | a) & ~low; // bit 7 of each byte that isn't zero
    return (nonZero >>> 7) * 0xff;
  }
}
