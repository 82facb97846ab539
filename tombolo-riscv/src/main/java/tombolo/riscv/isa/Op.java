// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * A decoded operation, packed into one {@code long} so that the interpreter needs a single load an
 * operation:
 *
 * <pre>
 *   63                  32 31     24 23     16 15      8 7        0
 *  ┌──────────────────────┬─────────┬─────────┬─────────┬──────────┐
 *  │ immediate (signed)   │   rs2   │   rs1   │   rd    │  opcode  │
 *  └──────────────────────┴─────────┴─────────┴─────────┴──────────┘
 * </pre>
 *
 * <p>Integer destinations that name x0 are decoded as {@link #SINK}, so that x[0] stays zero
 * without a test. Targets of branches and jumps, and the results of AUIPC, are relative to the
 * first byte of the virtual page that holds the operation, because the same decoded page may be
 * mapped at several virtual addresses. Opcodes are dense: the interpreter's switch is one table.
 */
public final class Op {
  /** Register index that swallows what is written to x0. */
  public static final int SINK = 32;

  // What ends a block without being executed in it.
  public static final int ILLEGAL = 0;
  public static final int SYSTEM = 1; // immediate: the instruction word
  public static final int FENCE_I = 2;

  // Control flow; immediates are page-relative targets. The page-relative address to return to is
  // at bit 16 in JAL, and at bit 32 in JALR, which has its addend at bit 52.
  public static final int BEQ = 3;
  public static final int BNE = 4;
  public static final int BLT = 5;
  public static final int BGE = 6;
  public static final int BLTU = 7;
  public static final int BGEU = 8;
  public static final int J = 9;
  public static final int JAL = 10;
  public static final int JALR = 11;
  public static final int JR = 12;

  public static final int LI = 13;
  public static final int PCREL = 14; // rd = virtual page + immediate
  public static final int MV = 15;
  public static final int NOP = 16;
  public static final int ZEXT_H = 17;

  public static final int LB = 18;
  public static final int LBU = 19;
  public static final int LH = 20;
  public static final int LHU = 21;
  public static final int LW = 22;
  public static final int LWU = 23;
  public static final int LD = 24;
  public static final int SB = 25;
  public static final int SH = 26;
  public static final int SW = 27;
  public static final int SD = 28;
  public static final int FLW = 29;
  public static final int FLD = 30;
  public static final int FSW = 31;
  public static final int FSD = 32;

  public static final int ADDI = 33;
  public static final int SLTI = 34;
  public static final int SLTIU = 35;
  public static final int XORI = 36;
  public static final int ORI = 37;
  public static final int ANDI = 38;
  public static final int SLLI = 39;
  public static final int SRLI = 40;
  public static final int SRAI = 41;
  public static final int ADDIW = 42;
  public static final int SLLIW = 43;
  public static final int SRLIW = 44;
  public static final int SRAIW = 45;

  public static final int ADD = 46;
  public static final int SUB = 47;
  public static final int SLL = 48;
  public static final int SLT = 49;
  public static final int SLTU = 50;
  public static final int XOR = 51;
  public static final int SRL = 52;
  public static final int SRA = 53;
  public static final int OR = 54;
  public static final int AND = 55;
  public static final int ADDW = 56;
  public static final int SUBW = 57;
  public static final int SLLW = 58;
  public static final int SRLW = 59;
  public static final int SRAW = 60;

  public static final int MUL = 61;
  public static final int MULW = 62;
  public static final int MULHU = 63;
  public static final int DIVIDE = 64; // immediate: Arithmetic's selector

  public static final int SH1ADD = 65;
  public static final int SH2ADD = 66;
  public static final int SH3ADD = 67;
  public static final int ADD_UW = 68;
  public static final int BITS = 69; // immediate: Bits' selector, and a shift amount << 8

  public static final int FENCE = 70; // immediate: predecessor << 4 | successor
  public static final int PAUSE = 71;
  public static final int ATOMIC = 72; // immediate: Atomics' selector
  public static final int FLOAT = 73; // immediate: FloatOps' selector | rm << 8 | rs3 << 16

  public static final int FLH = 74;
  public static final int FSH = 75;
  public static final int VECTOR = 76; // immediate: the instruction word

  // Two operations as one: see Fusion.
  public static final int FIRST_PAIR = 77;
  public static final int ADDI_BEQ = 77;
  public static final int ADDI_BNE = 78;
  public static final int ADDI_BLT = 79;
  public static final int ADDI_BGE = 80;
  public static final int ADDI_BLTU = 81;
  public static final int ADDI_BGEU = 82;
  public static final int ANDI_BEQ = 83;
  public static final int ANDI_BNE = 84;
  public static final int ADDIW_BNE = 85;
  public static final int ADD_BNE = 86;
  public static final int ADD_BLTU = 87;
  public static final int ADDI_ADDI = 88;
  public static final int SLLI_ADD = 89;
  public static final int SLLI_SRLI = 90;
  public static final int MUL_ADD = 91;
  public static final int XOR_ANDI = 92;

  private Op() {}

  public static long pack(int opcode, int rd, int rs1, int rs2, int immediate) {
    return (long) immediate << 32 | (long) rs2 << 24 | rs1 << 16 | rd << 8 | opcode;
  }

  public static int opcode(long op) {
    return (int) op & 0xff;
  }

  public static int rd(long op) {
    return (int) op >>> 8 & 0x3f;
  }

  public static int rs1(long op) {
    return (int) op >>> 16 & 0x3f;
  }

  public static int rs2(long op) {
    return (int) op >>> 24 & 0x3f;
  }

  public static int immediate(long op) {
    return (int) (op >> 32);
  }

  /**
   * Whether control never goes on behind this operation, so that nothing after it is in its block.
   */
  public static boolean endsBlock(int opcode) {
    return opcode <= FENCE_I || (opcode >= J && opcode <= JR);
  }

  /** Returns the target of a branch or a direct jump, relative to its page. */
  public static long target(long op) {
    return opcode(op) >= FIRST_PAIR ? op >>> 52 : op >> 32;
  }
}
