// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Encodings of the F and D extensions. An operation's immediate is the selector below, the raw
 * rounding mode shifted left by 8 and, where there is a third operand, its register by 16.
 */
public final class FloatDecoder {
  public static final int ADD = 0;
  public static final int SUB = 1;
  public static final int MUL = 2;
  public static final int DIV = 3;
  public static final int SQRT = 4;
  public static final int SGNJ = 5;
  public static final int SGNJN = 6;
  public static final int SGNJX = 7;
  public static final int MIN = 8;
  public static final int MAX = 9;
  public static final int CONVERT = 10;
  public static final int FROM_I32 = 11;
  public static final int FROM_U32 = 12;
  public static final int FROM_I64 = 13;
  public static final int FROM_U64 = 14;
  public static final int MOVE_TO_F = 15;
  public static final int MADD = 16;
  public static final int MSUB = 17;
  public static final int NMSUB = 18;
  public static final int NMADD = 19;

  /** The first selector whose destination is an integer register. */
  public static final int FIRST_TO_INTEGER = 20;

  public static final int LE = 20;
  public static final int LT = 21;
  public static final int EQ = 22;
  public static final int CLASS = 23;
  public static final int TO_I32 = 24;
  public static final int TO_U32 = 25;
  public static final int TO_I64 = 26;
  public static final int TO_U64 = 27;
  public static final int MOVE_TO_X = 28;

  /** Set for D, clear for S. */
  public static final int DOUBLE = 0x40;

  /** The rounding mode that stands for the one in frm. */
  public static final int DYNAMIC = 7;

  private FloatDecoder() {}

  static long decode(int word) {
    int format = word >>> 25 & 3;
    if (format > 1) {
      return Op.ILLEGAL;
    }
    return (word & 0x7f) == 0x53 ? operation(word, format) : fused(word);
  }

  private static long fused(int word) {
    // MADD, MSUB, NMSUB and NMADD have the major opcodes 0x43, 0x47, 0x4b and 0x4f.
    return rounded(MADD + (word >>> 2 & 3), word, word >>> 27);
  }

  private static long operation(int word, int format) {
    int mode = Decoder.function3(word);
    int rs2 = Decoder.rs2(word);
    return switch (word >>> 27) {
      case 0x00 -> rounded(ADD, word, 0);
      case 0x01 -> rounded(SUB, word, 0);
      case 0x02 -> rounded(MUL, word, 0);
      case 0x03 -> rounded(DIV, word, 0);
      case 0x04 -> mode <= 2 ? plain(SGNJ + mode, word) : Op.ILLEGAL;
      case 0x05 -> mode <= 1 ? plain(MIN + mode, word) : Op.ILLEGAL;
      case 0x08 -> rs2 == 1 - format ? rounded(CONVERT, word, 0) : Op.ILLEGAL;
      case 0x0b -> rs2 == 0 ? rounded(SQRT, word, 0) : Op.ILLEGAL;
      case 0x14 -> mode <= 2 ? plain(LE + mode, word) : Op.ILLEGAL;
      case 0x18 -> rs2 <= 3 ? rounded(TO_I32 + rs2, word, 0) : Op.ILLEGAL;
      case 0x1a -> rs2 <= 3 ? rounded(FROM_I32 + rs2, word, 0) : Op.ILLEGAL;
      case 0x1c -> rs2 == 0 && mode <= 1 ? plain(mode == 0 ? MOVE_TO_X : CLASS, word) : Op.ILLEGAL;
      case 0x1e -> rs2 == 0 && mode == 0 ? plain(MOVE_TO_F, word) : Op.ILLEGAL;
      default -> Op.ILLEGAL;
    };
  }

  private static long rounded(int selector, int word, int rs3) {
    int mode = Decoder.function3(word);
    return mode == 5 || mode == 6 ? Op.ILLEGAL : pack(selector, word, mode << 8 | rs3 << 16);
  }

  private static long plain(int selector, int word) {
    return pack(selector, word, 0);
  }

  private static long pack(int selector, int word, int more) {
    int rd = selector >= FIRST_TO_INTEGER ? Decoder.rd(word) : word >>> 7 & 31;
    int format = (word >>> 25 & 1) != 0 ? DOUBLE : 0;
    return Op.pack(Op.FLOAT, rd, Decoder.rs1(word), Decoder.rs2(word), more | format | selector);
  }
}
