// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Encodings of the F, D, Zfa and Zfhmin extensions. An operation's immediate is the selector below,
 * the raw rounding mode shifted left by 8 and, where there is a third operand, its register by 16.
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
  static final int MOVE_TO_F = 15;
  public static final int MADD = 16;
  public static final int MSUB = 17;
  public static final int NMSUB = 18;
  public static final int NMADD = 19;

  public static final int MINM = 20;
  public static final int MAXM = 21;
  public static final int ROUND = 22;
  public static final int ROUNDNX = 23;

  /** fli; the operation's rs1 says which constant. */
  public static final int CONSTANT = 24;

  /** To the operation's format from a half. */
  public static final int FROM_HALF = 25;

  /** To a half from the operation's format. */
  public static final int TO_HALF = 26;

  public static final int MOVE_HALF_TO_F = 27;

  /** The first selector whose destination is an integer register. */
  public static final int FIRST_TO_INTEGER = 28;

  public static final int LE = 28;
  public static final int LT = 29;
  public static final int EQ = 30;
  public static final int CLASS = 31;
  public static final int TO_I32 = 32;
  public static final int TO_U32 = 33;
  public static final int TO_I64 = 34;
  public static final int TO_U64 = 35;
  static final int MOVE_TO_X = 36;
  public static final int QUIET_LE = 37;
  public static final int QUIET_LT = 38;
  public static final int TO_I32_MODULO = 39;
  public static final int MOVE_HALF_TO_X = 40;

  /** Set for D, clear for S. */
  public static final int DOUBLE = 0x40;

  private static final int RTZ = 1;

  /** The rounding mode that stands for the one in frm. */
  public static final int DYNAMIC = 7;

  // Formats, as the instructions' fmt field has them.
  private static final int SINGLE = 0;
  private static final int TWICE = 1;
  private static final int HALF = 2;

  private FloatDecoder() {}

  static long decode(int word) {
    boolean fused = (word & 0x7f) != 0x53;
    return switch (word >>> 25 & 3) {
      case SINGLE, TWICE -> fused ? fused(word) : operation(word, word >>> 25 & 3);
      case HALF -> fused ? Op.ILLEGAL : half(word);
      default -> Op.ILLEGAL;
    };
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
      case 0x05 ->
          switch (mode) {
            case 0, 1 -> plain(MIN + mode, word);
            case 2, 3 -> plain(MINM + mode - 2, word);
            default -> Op.ILLEGAL;
          };
      case 0x08 ->
          switch (rs2) {
            case SINGLE, TWICE -> rs2 != format ? rounded(CONVERT, word, 0) : Op.ILLEGAL;
            case HALF -> rounded(FROM_HALF, word, 0);
            case 4 -> rounded(ROUND, word, 0);
            case 5 -> rounded(ROUNDNX, word, 0);
            default -> Op.ILLEGAL;
          };
      case 0x0b -> rs2 == 0 ? rounded(SQRT, word, 0) : Op.ILLEGAL;
      case 0x14 ->
          switch (mode) {
            case 0, 1, 2 -> plain(LE + mode, word);
            case 4, 5 -> plain(QUIET_LE + mode - 4, word);
            default -> Op.ILLEGAL;
          };
      case 0x18 -> {
        if (rs2 == 8) {
          yield format == TWICE && mode == RTZ ? plain(TO_I32_MODULO, word) : Op.ILLEGAL;
        }
        yield rs2 <= 3 ? rounded(TO_I32 + rs2, word, 0) : Op.ILLEGAL;
      }
      case 0x1a -> rs2 <= 3 ? rounded(FROM_I32 + rs2, word, 0) : Op.ILLEGAL;
      case 0x1c -> rs2 == 0 && mode <= 1 ? plain(mode == 0 ? MOVE_TO_X : CLASS, word) : Op.ILLEGAL;
      case 0x1e ->
          rs2 <= 1 && mode == 0 ? plain(rs2 == 0 ? MOVE_TO_F : CONSTANT, word) : Op.ILLEGAL;
      default -> Op.ILLEGAL;
    };
  }

  /** Zfhmin: halves are only moved and converted. */
  private static long half(int word) {
    int rs2 = Decoder.rs2(word);
    boolean move = rs2 == 0 && Decoder.function3(word) == 0;
    return switch (word >>> 27) {
      case 0x08 ->
          switch (rs2) {
            case SINGLE -> rounded(TO_HALF, word, 0);
            case TWICE -> rounded(TO_HALF | DOUBLE, word, 0);
            default -> Op.ILLEGAL;
          };
      case 0x1c -> move ? plain(MOVE_HALF_TO_X, word) : Op.ILLEGAL;
      case 0x1e -> move ? plain(MOVE_HALF_TO_F, word) : Op.ILLEGAL;
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
    int rd = (selector & ~DOUBLE) >= FIRST_TO_INTEGER ? Decoder.rd(word) : word >>> 7 & 31;
    int format = (word >>> 25 & 1) != 0 ? DOUBLE : 0;
    return Op.pack(Op.FLOAT, rd, Decoder.rs1(word), Decoder.rs2(word), more | format | selector);
  }
}
