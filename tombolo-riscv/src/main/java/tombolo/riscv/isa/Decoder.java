// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Turns instruction words into packed operations (see {@link Op}); knows encodings and nothing
 * else.
 *
 * <p>Follows the RISC-V Unprivileged ISA's instruction listings for RV64IMAFD, Zicsr, Zifencei,
 * Zicond, Zimop, Zfa, Zfhmin, Zba, Zbb, Zbs and V. What they reserve is {@link Op#ILLEGAL}.
 * Stateless.
 */
public final class Decoder {
  /** Bytes of the pages that code is decoded in. */
  public static final int PAGE_SIZE = 4096;

  private static final long ILLEGAL = Op.ILLEGAL;

  // mop.r.n and mop.rr.n, without the bits of n and of the registers.
  private static final int MAY_BE_R = 0x81c0_4073;
  private static final int MAY_BE_R_MASK = 0xb3c0_707f;
  private static final int MAY_BE_RR = 0x8200_4073;
  private static final int MAY_BE_RR_MASK = 0xb200_707f;

  private Decoder() {}

  /**
   * Decodes one instruction.
   *
   * @param word the 32-bit instruction; a compressed one expanded by {@link Compressed}
   * @param offset of the instruction in its page, 0 to 4094
   * @param length its bytes: 4, or 2 for a compressed one
   */
  public static long decode(int word, int offset, int length) {
    if ((word & 3) != 3) {
      return ILLEGAL;
    }
    return switch (word >>> 2 & 31) {
      case 0x00 -> load(word);
      case 0x01 -> floatLoad(word);
      case 0x03 -> fence(word);
      case 0x04 -> immediate(word);
      case 0x05 -> integer(Op.PCREL, word, 0, 0, (word & ~0xfff) + offset);
      case 0x06 -> immediate32(word);
      case 0x08 -> store(word);
      case 0x09 -> floatStore(word);
      case 0x0b -> AtomicDecoder.decode(word);
      case 0x0c -> register(word);
      case 0x0d -> integer(Op.LI, word, 0, 0, word & ~0xfff);
      case 0x0e -> register32(word);
      case 0x10, 0x11, 0x12, 0x13, 0x14 -> FloatDecoder.decode(word);
      case 0x18 -> branch(word, offset);
      case 0x15 -> VectorDecoder.decode(word);
      case 0x19 -> jumpRegister(word, offset + length);
      case 0x1b -> jump(word, offset, offset + length);
      case 0x1c -> system(word);
      default -> ILLEGAL;
    };
  }

  public static int function3(int word) {
    return word >>> 12 & 7;
  }

  public static int rs1(int word) {
    return word >>> 15 & 31;
  }

  static int rs2(int word) {
    return word >>> 20 & 31;
  }

  /** Integer destination: x0 becomes the sink. */
  public static int rd(int word) {
    int rd = word >>> 7 & 31;
    return rd == 0 ? Op.SINK : rd;
  }

  /** An operation that only writes rd: without a destination it does nothing. */
  static long integer(int opcode, int word, int rs1, int rs2, int immediate) {
    int rd = word >>> 7 & 31;
    return rd == 0 ? Op.NOP : Op.pack(opcode, rd, rs1, rs2, immediate);
  }

  private static int storeOffset(int word) {
    return ((word >> 20) & ~31) | ((word >>> 7) & 31);
  }

  private static long load(int word) {
    int opcode =
        switch (function3(word)) {
          case 0 -> Op.LB;
          case 1 -> Op.LH;
          case 2 -> Op.LW;
          case 3 -> Op.LD;
          case 4 -> Op.LBU;
          case 5 -> Op.LHU;
          case 6 -> Op.LWU;
          default -> Op.ILLEGAL;
        };
    return opcode == Op.ILLEGAL ? ILLEGAL : Op.pack(opcode, rd(word), rs1(word), 0, word >> 20);
  }

  private static long store(int word) {
    int width = function3(word);
    return width > 3 ? ILLEGAL : Op.pack(Op.SB + width, 0, rs1(word), rs2(word), storeOffset(word));
  }

  private static long floatLoad(int word) {
    return switch (function3(word)) {
      case 1 -> Op.pack(Op.FLH, word >>> 7 & 31, rs1(word), 0, word >> 20);
      case 2 -> Op.pack(Op.FLW, word >>> 7 & 31, rs1(word), 0, word >> 20);
      case 3 -> Op.pack(Op.FLD, word >>> 7 & 31, rs1(word), 0, word >> 20);
      case 0, 5, 6, 7 -> VectorDecoder.decode(word);
      default -> ILLEGAL;
    };
  }

  private static long floatStore(int word) {
    return switch (function3(word)) {
      case 1 -> Op.pack(Op.FSH, 0, rs1(word), rs2(word), storeOffset(word));
      case 2 -> Op.pack(Op.FSW, 0, rs1(word), rs2(word), storeOffset(word));
      case 3 -> Op.pack(Op.FSD, 0, rs1(word), rs2(word), storeOffset(word));
      case 0, 5, 6, 7 -> VectorDecoder.decode(word);
      default -> ILLEGAL;
    };
  }

  private static long fence(int word) {
    return switch (function3(word)) {
      case 0 ->
          word == 0x0100000f
              ? Op.pack(Op.PAUSE, 0, 0, 0, 0)
              : Op.pack(Op.FENCE, 0, 0, 0, word >>> 20 & 0xff);
      case 1 -> Op.pack(Op.FENCE_I, 0, 0, 0, 0);
      case 2 -> CacheBlocks.isInstruction(word) ? Op.pack(Op.SYSTEM, 0, 0, 0, word) : ILLEGAL;
      default -> ILLEGAL;
    };
  }

  /** Zimop's operations write 0 until another extension gives them a meaning. */
  private static long system(int word) {
    boolean mayBe = (word & MAY_BE_R_MASK) == MAY_BE_R || (word & MAY_BE_RR_MASK) == MAY_BE_RR;
    return mayBe ? integer(Op.LI, word, 0, 0, 0) : Op.pack(Op.SYSTEM, 0, 0, 0, word);
  }

  private static long branch(int word, int offset) {
    int opcode =
        switch (function3(word)) {
          case 0 -> Op.BEQ;
          case 1 -> Op.BNE;
          case 4 -> Op.BLT;
          case 5 -> Op.BGE;
          case 6 -> Op.BLTU;
          case 7 -> Op.BGEU;
          default -> Op.ILLEGAL;
        };
    int distance =
        (word >> 31) << 12
            | (word >>> 7 & 1) << 11
            | (word >>> 25 & 0x3f) << 5
            | (word >>> 8 & 15) << 1;
    return opcode == Op.ILLEGAL
        ? ILLEGAL
        : Op.pack(opcode, 0, rs1(word), rs2(word), offset + distance);
  }

  private static long jump(int word, int offset, int end) {
    int distance =
        (word >> 31) << 20
            | (word >>> 12 & 0xff) << 12
            | (word >>> 20 & 1) << 11
            | (word >>> 21 & 0x3ff) << 1;
    int rd = word >>> 7 & 31;
    return Op.pack(rd == 0 ? Op.J : Op.JAL, rd, end & 0xff, end >>> 8, offset + distance);
  }

  private static long jumpRegister(int word, int end) {
    if (function3(word) != 0) {
      return ILLEGAL;
    }
    int rd = word >>> 7 & 31;
    int addend = word >> 20;
    return Op.pack(rd == 0 ? Op.JR : Op.JALR, rd, rs1(word), 0, addend << 20 | end);
  }

  private static long immediate(int word) {
    int rs1 = rs1(word);
    int value = word >> 20;
    int amount = value & 63;
    return switch (function3(word)) {
      case 0 ->
          rs1 == 0
              ? integer(Op.LI, word, 0, 0, value)
              : integer(value == 0 ? Op.MV : Op.ADDI, word, rs1, 0, value);
      case 1 ->
          value >>> 6 == 0
              ? integer(Op.SLLI, word, rs1, 0, amount)
              : Bits.decodeLeftImmediate(word, value & 0xfff);
      case 2 -> integer(Op.SLTI, word, rs1, 0, value);
      case 3 -> integer(Op.SLTIU, word, rs1, 0, value);
      case 4 -> integer(Op.XORI, word, rs1, 0, value);
      case 5 ->
          switch (value >>> 6 & 0x3f) {
            case 0 -> integer(Op.SRLI, word, rs1, 0, amount);
            case 0x10 -> integer(Op.SRAI, word, rs1, 0, amount);
            default -> Bits.decodeRightImmediate(word, value & 0xfff);
          };
      case 6 -> integer(Op.ORI, word, rs1, 0, value);
      default -> integer(Op.ANDI, word, rs1, 0, value);
    };
  }

  private static long immediate32(int word) {
    int value = word >> 20;
    int amount = value & 31;
    return switch (function3(word)) {
      case 0 -> integer(Op.ADDIW, word, rs1(word), 0, value);
      case 1 ->
          word >>> 25 == 0
              ? integer(Op.SLLIW, word, rs1(word), 0, amount)
              : Bits.decodeLeftImmediate32(word, value & 0xfff);
      case 5 ->
          switch (word >>> 25) {
            case 0 -> integer(Op.SRLIW, word, rs1(word), 0, amount);
            case 0x20 -> integer(Op.SRAIW, word, rs1(word), 0, amount);
            default -> Bits.decodeRightImmediate32(word);
          };
      default -> ILLEGAL;
    };
  }

  private static long register(int word) {
    int function = function3(word);
    int opcode =
        switch (word >>> 25) {
          case 0 ->
              switch (function) {
                case 0 -> Op.ADD;
                case 1 -> Op.SLL;
                case 2 -> Op.SLT;
                case 3 -> Op.SLTU;
                case 4 -> Op.XOR;
                case 5 -> Op.SRL;
                case 6 -> Op.OR;
                default -> Op.AND;
              };
          case 0x20 ->
              switch (function) {
                case 0 -> Op.SUB;
                case 5 -> Op.SRA;
                default -> Op.ILLEGAL;
              };
          default -> Op.ILLEGAL;
        };
    if (opcode == Op.ILLEGAL) {
      return word >>> 25 == 1 ? Arithmetic.decode(word) : Bits.decodeRegister(word);
    }
    int rs1 = rs1(word);
    int rs2 = rs2(word);
    if (opcode == Op.ADD && (rs1 == 0 || rs2 == 0)) {
      return integer(Op.MV, word, rs1 | rs2, 0, 0);
    }
    return integer(opcode, word, rs1, rs2, 0);
  }

  private static long register32(int word) {
    int function = function3(word);
    int opcode =
        switch (word >>> 25) {
          case 0 ->
              switch (function) {
                case 0 -> Op.ADDW;
                case 1 -> Op.SLLW;
                case 5 -> Op.SRLW;
                default -> Op.ILLEGAL;
              };
          case 0x20 ->
              switch (function) {
                case 0 -> Op.SUBW;
                case 5 -> Op.SRAW;
                default -> Op.ILLEGAL;
              };
          default -> Op.ILLEGAL;
        };
    if (opcode == Op.ILLEGAL) {
      return word >>> 25 == 1 ? Arithmetic.decode32(word) : Bits.decodeRegister32(word);
    }
    return integer(opcode, word, rs1(word), rs2(word), 0);
  }
}
