// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Encodings of the V extension, version 1.0, of Zvfhmin and of Zvbb. An operation's immediate is
 * the instruction word, because nearly every field of it means something. A word is decoded as
 * {@link Op#VECTOR} if some setting of vtype makes it legal; the rest is for whoever executes it.
 */
public final class VectorDecoder {
  // funct3 of the major opcode OP-V: where the second operand comes from.
  public static final int INTEGER_VECTOR = 0;
  public static final int FLOAT_VECTOR = 1;
  public static final int MULTIPLY_VECTOR = 2;
  public static final int INTEGER_IMMEDIATE = 3;
  public static final int INTEGER_SCALAR = 4;
  public static final int FLOAT_SCALAR = 5;
  public static final int MULTIPLY_SCALAR = 6;
  public static final int CONFIGURE = 7;

  /** The major opcodes, bits 6 to 0 of the word. */
  public static final int LOAD = 0x07;

  public static final int STORE = 0x27;
  public static final int OPERATION = 0x57;

  // mop, the addressing mode of loads and stores.
  public static final int UNIT_STRIDE = 0;
  public static final int STRIDED = 2;

  // lumop and sumop, kinds of unit-stride accesses.
  public static final int PLAIN = 0;
  public static final int WHOLE_REGISTERS = 8;
  public static final int MASK = 11;
  public static final int FAULT_ONLY_FIRST = 16;

  // funct6 of what has more fields that select.
  private static final int ADD_WITH_CARRY = 0x10;
  private static final int SUBTRACT_WITH_BORROW = 0x12;
  private static final int MERGE_OR_MOVE = 0x17;
  private static final int MOVE_WHOLE = 0x27;
  private static final int TO_OR_FROM_SCALAR = 0x10;
  private static final int EXTEND_OR_COUNT = 0x12;
  private static final int FLOAT_UNARY = 0x12;
  private static final int FLOAT_UNARY_MORE = 0x13;
  private static final int MASK_UNARY = 0x14;
  private static final int COMPRESS = 0x17;

  /** For each funct3, a set of bits: the values of funct6 that exist. */
  private static final long[] FUNCTIONS = new long[7];

  static {
    FUNCTIONS[INTEGER_VECTOR] = 0x0023_ffaf_3fbf_5ef7L;
    FUNCTIONS[INTEGER_SCALAR] = 0x0020_ffaf_ffbf_deffL;
    FUNCTIONS[INTEGER_IMMEDIATE] = 0x0020_ffa3_f3b3_de09L;
    FUNCTIONS[FLOAT_VECTOR] = 0xf15f_ff11_1b0d_07ffL;
    FUNCTIONS[FLOAT_SCALAR] = 0xf155_ff93_bb81_c755L;
    FUNCTIONS[MULTIPLY_VECTOR] = 0xbdff_aaff_ff95_0fffL;
    FUNCTIONS[MULTIPLY_SCALAR] = 0xfdff_aaff_0001_cf00L;
  }

  private VectorDecoder() {}

  static long decode(int word) {
    return exists(word)
        ? Op.pack(Op.VECTOR, Decoder.rd(word), Decoder.rs1(word), Decoder.rs2(word), word)
        : Op.ILLEGAL;
  }

  /** The register in bits 11 to 7: the destination, or what a store reads. */
  public static int vd(int word) {
    return word >>> 7 & 31;
  }

  /** The register, or the immediate, in bits 19 to 15. */
  public static int vs1(int word) {
    return word >>> 15 & 31;
  }

  /** The register in bits 24 to 20. */
  public static int vs2(int word) {
    return word >>> 20 & 31;
  }

  /** The immediate in bits 19 to 15, sign-extended. */
  public static int immediate(int word) {
    return word << 12 >> 27;
  }

  /** vm: whether the operation has no mask. */
  public static boolean isUnmasked(int word) {
    return (word >>> 25 & 1) != 0;
  }

  public static int function6(int word) {
    return word >>> 26;
  }

  /** Bytes of an element in memory, or of an index, as a power of two: 0 to 3. */
  public static int width(int word) {
    int width = Decoder.function3(word);
    return width == 0 ? 0 : width - 4;
  }

  /** Fields of a segment, 1 to 8; registers of a whole-register access. */
  public static int fields(int word) {
    return (word >>> 29) + 1;
  }

  public static int addressing(int word) {
    return word >>> 26 & 3;
  }

  private static boolean exists(int word) {
    return switch (word & 0x7f) {
      case LOAD -> accessExists(word, true);
      case STORE -> accessExists(word, false);
      default -> Decoder.function3(word) == CONFIGURE ? configures(word) : operationExists(word);
    };
  }

  /** vsetvli, vsetivli and vsetvl. */
  private static boolean configures(int word) {
    return word >= 0 || word >>> 30 == 3 || word >>> 25 == 0x40;
  }

  private static boolean accessExists(int word, boolean load) {
    if ((word >>> 28 & 1) != 0) {
      return false; // mew: elements of 128 bits and more
    }
    if (addressing(word) != UNIT_STRIDE) {
      return true;
    }
    int fields = fields(word);
    boolean bytes = width(word) == 0;
    return switch (vs2(word)) {
      case PLAIN -> true;
      case WHOLE_REGISTERS ->
          isUnmasked(word)
              && Integer.bitCount(fields) == 1
              && vd(word) % fields == 0
              && (load || bytes);
      case MASK -> isUnmasked(word) && fields == 1 && bytes;
      case FAULT_ONLY_FIRST -> load;
      default -> false;
    };
  }

  private static boolean operationExists(int word) {
    int kind = Decoder.function3(word);
    int function = function6(word);
    if ((FUNCTIONS[kind] >>> function & 1) == 0) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    int vs1 = vs1(word);
    int vs2 = vs2(word);
    return switch (kind) {
      case INTEGER_VECTOR, INTEGER_SCALAR, INTEGER_IMMEDIATE ->
          switch (function) {
            case ADD_WITH_CARRY, SUBTRACT_WITH_BORROW -> !unmasked;
            case MERGE_OR_MOVE -> !unmasked || vs2 == 0;
            case MOVE_WHOLE -> kind != INTEGER_IMMEDIATE || movesWhole(word);
            default -> true;
          };
      case MULTIPLY_VECTOR ->
          switch (function) {
            case TO_OR_FROM_SCALAR -> vs1 == 0 ? unmasked : vs1 == 16 || vs1 == 17;
            case EXTEND_OR_COUNT -> (0x77fc >>> vs1 & 1) != 0;
            case MASK_UNARY -> (vs1 >= 1 && vs1 <= 3) || vs1 == 16 || (vs1 == 17 && vs2 == 0);
            case COMPRESS -> unmasked;
            default -> function >>> 3 != 3 || unmasked; // operations on masks have none
          };
      case MULTIPLY_SCALAR -> function != TO_OR_FROM_SCALAR || (vs2 == 0 && unmasked);
      case FLOAT_VECTOR ->
          switch (function) {
            case TO_OR_FROM_SCALAR -> vs1 == 0 && unmasked;
            case FLOAT_UNARY -> (0xff_df_cf >>> vs1 & 1) != 0;
            case FLOAT_UNARY_MORE -> (0x1_0031 >>> vs1 & 1) != 0;
            default -> true;
          };
      default ->
          switch (function) {
            case TO_OR_FROM_SCALAR -> vs2 == 0 && unmasked;
            case MERGE_OR_MOVE -> !unmasked || vs2 == 0;
            default -> true;
          };
    };
  }

  /** vmv1r.v, vmv2r.v, vmv4r.v and vmv8r.v. */
  private static boolean movesWhole(int word) {
    int registers = vs1(word) + 1;
    return isUnmasked(word)
        && Integer.bitCount(registers) == 1
        && registers <= 8
        && ((vd(word) | vs2(word)) & registers - 1) == 0;
  }
}
