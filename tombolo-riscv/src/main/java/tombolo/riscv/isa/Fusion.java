// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Makes one operation of two that follow each other, which spares the interpreter a dispatch, its
 * largest cost. The pairs are those that compiled loops execute most and that don't touch memory,
 * so a pair never stops half way.
 *
 * <pre>
 *   63        52 51 50 49  44 43        32 31     24 23     16 15      8 7       0
 *  ┌────────────┬─────┬──────┬────────────┬─────────┬─────────┬─────────┬────────┐
 *  │ immediate, │     │ rs1  │ immediate, │  rs2,   │   rs1   │   rd    │ opcode │
 *  │ target     │     │      │ rs2        │  rd     │         │         │        │
 *  └────────────┴─────┴──────┴────────────┴─────────┴─────────┴─────────┴────────┘
 *   second         second      first        second    first     first
 * </pre>
 *
 * <p>Registers that a single operation has, too, are at the same places: C2 decodes what several
 * cases of the interpreter's switch have in common before the switch, for every operation, so each
 * new place would cost all of them. For the same reason there is no room for more kinds of
 * operands: the second operation of a pair that is no branch has its destination among its sources,
 * or in the first one's destination. Immediates that do not fit into 12 bits, and targets in other
 * pages, are left alone.
 */
public final class Fusion {
  /** Not a pair: no packed operation is this. */
  public static final long NONE = -1;

  private Fusion() {}

  /** The pair, or {@link #NONE}. */
  public static long fuse(long first, long second) {
    // What loads a small constant or copies a register is an ADDI, too.
    long a = asAddImmediate(first);
    long b = asAddImmediate(second);
    if (!fits(a)) {
      return NONE;
    }
    int branch = Op.opcode(b);
    return branch >= Op.BEQ && branch <= Op.BGEU ? fuseBranch(a, b) : fuseArithmetic(a, b);
  }

  private static long fuseBranch(long a, long b) {
    int target = Op.immediate(b);
    if (target < 0 || target >= Decoder.PAGE_SIZE) {
      return NONE;
    }
    int condition = Op.opcode(b);
    int pair =
        switch (Op.opcode(a)) {
          case Op.ADDI -> Op.ADDI_BEQ + (condition - Op.BEQ);
          case Op.ANDI -> condition <= Op.BNE ? Op.ANDI_BEQ + (condition - Op.BEQ) : Op.ILLEGAL;
          case Op.ADDIW -> condition == Op.BNE ? Op.ADDIW_BNE : Op.ILLEGAL;
          case Op.ADD ->
              switch (condition) {
                case Op.BNE -> Op.ADD_BNE;
                case Op.BLTU -> Op.ADD_BLTU;
                default -> Op.ILLEGAL;
              };
          default -> Op.ILLEGAL;
        };
    return pair == Op.ILLEGAL ? NONE : pack(pair, a, Op.rs2(b), Op.rs1(b), target);
  }

  private static long fuseArithmetic(long a, long b) {
    int rd = Op.rd(a);
    boolean inPlace = Op.rd(b) == rd && Op.rs1(b) == rd;
    switch (Op.opcode(a) << 8 | Op.opcode(b)) {
      case Op.ADDI << 8 | Op.ADDI -> {
        if (fits(b)) {
          return pack(Op.ADDI_ADDI, a, Op.rd(b), Op.rs1(b), Op.immediate(b));
        }
      }
      case Op.SLLI << 8 | Op.ADD -> {
        if (Op.rd(b) == rd && (Op.rs1(b) == rd || Op.rs2(b) == rd)) {
          int other = Op.rs1(b) == rd ? Op.rs2(b) : Op.rs1(b);
          return pack(Op.SLLI_ADD, a, 0, other, 0);
        }
      }
      case Op.SLLI << 8 | Op.SRLI -> {
        if (inPlace) {
          return pack(Op.SLLI_SRLI, a, 0, 0, Op.immediate(b));
        }
      }
      case Op.MUL << 8 | Op.ADD -> {
        if (Op.rd(b) == Op.rs1(b)) {
          return pack(Op.MUL_ADD, a, Op.rd(b), Op.rs2(b), 0);
        }
      }
      case Op.XOR << 8 | Op.ANDI -> {
        if (inPlace && fits(b)) {
          return pack(Op.XOR_ANDI, a, 0, 0, Op.immediate(b));
        }
      }
      default -> {}
    }
    return NONE;
  }

  private static long asAddImmediate(long op) {
    int opcode = Op.opcode(op);
    return opcode == Op.LI || opcode == Op.MV ? (op & ~0xffL) | Op.ADDI : op;
  }

  private static boolean fits(long op) {
    int immediate = Op.immediate(op);
    return immediate >= -2048 && immediate <= 2047;
  }

  /**
   * Packs a pair.
   *
   * @param opcode the pair's
   * @param a the first operation: rd, rs1, and rs2 or immediate are taken from it
   * @param second what stands at bit 24, of the second operation
   * @param source of the second operation
   * @param immediate of the second operation, or its target
   */
  private static long pack(int opcode, long a, int second, int source, int immediate) {
    boolean twoSources = Op.opcode(a) >= Op.ADD && Op.opcode(a) <= Op.MULHU;
    int operand = twoSources ? Op.rs2(a) : Op.immediate(a) & 0xfff;
    return Op.pack(opcode, Op.rd(a), Op.rs1(a), second, immediate << 20 | source << 12 | operand);
  }
}
