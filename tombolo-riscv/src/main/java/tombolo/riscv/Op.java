// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

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
final class Op {
  /** Register index that swallows what is written to x0. */
  static final int SINK = 32;

  // What ends a block without being executed in it.
  static final int ILLEGAL = 0;
  static final int SYSTEM = 1; // immediate: the instruction word
  static final int FENCE_I = 2;

  // Control flow; immediates are page-relative targets. JAL has the page-relative address to return
  // to
  // at bit 16, JALR at bit 32, with its addend at bit 52.
  static final int BEQ = 3;
  static final int BNE = 4;
  static final int BLT = 5;
  static final int BGE = 6;
  static final int BLTU = 7;
  static final int BGEU = 8;
  static final int J = 9;
  static final int JAL = 10;
  static final int JALR = 11;
  static final int JR = 12;

  static final int LI = 13;
  static final int PCREL = 14; // rd = virtual page + immediate
  static final int MV = 15;
  static final int NOP = 16;
  static final int ZEXT_H = 17;

  static final int LB = 18;
  static final int LBU = 19;
  static final int LH = 20;
  static final int LHU = 21;
  static final int LW = 22;
  static final int LWU = 23;
  static final int LD = 24;
  static final int SB = 25;
  static final int SH = 26;
  static final int SW = 27;
  static final int SD = 28;
  static final int FLW = 29;
  static final int FLD = 30;
  static final int FSW = 31;
  static final int FSD = 32;

  static final int ADDI = 33;
  static final int SLTI = 34;
  static final int SLTIU = 35;
  static final int XORI = 36;
  static final int ORI = 37;
  static final int ANDI = 38;
  static final int SLLI = 39;
  static final int SRLI = 40;
  static final int SRAI = 41;
  static final int ADDIW = 42;
  static final int SLLIW = 43;
  static final int SRLIW = 44;
  static final int SRAIW = 45;

  static final int ADD = 46;
  static final int SUB = 47;
  static final int SLL = 48;
  static final int SLT = 49;
  static final int SLTU = 50;
  static final int XOR = 51;
  static final int SRL = 52;
  static final int SRA = 53;
  static final int OR = 54;
  static final int AND = 55;
  static final int ADDW = 56;
  static final int SUBW = 57;
  static final int SLLW = 58;
  static final int SRLW = 59;
  static final int SRAW = 60;

  static final int MUL = 61;
  static final int MULW = 62;
  static final int MULHU = 63;
  static final int DIVIDE = 64; // immediate: Arithmetic's selector

  static final int SH1ADD = 65;
  static final int SH2ADD = 66;
  static final int SH3ADD = 67;
  static final int ADD_UW = 68;
  static final int BITS = 69; // immediate: Bits' selector, and a shift amount << 8

  static final int FENCE = 70; // immediate: predecessor << 4 | successor
  static final int PAUSE = 71;
  static final int ATOMIC = 72; // immediate: Atomics' selector
  static final int FLOAT = 73; // immediate: FloatOps' selector | rm << 8 | rs3 << 16

  // Two operations as one: see Fusion.
  static final int FIRST_PAIR = 74;
  static final int ADDI_BEQ = 74;
  static final int ADDI_BNE = 75;
  static final int ADDI_BLT = 76;
  static final int ADDI_BGE = 77;
  static final int ADDI_BLTU = 78;
  static final int ADDI_BGEU = 79;
  static final int ANDI_BEQ = 80;
  static final int ANDI_BNE = 81;
  static final int ADDIW_BNE = 82;
  static final int ADD_BNE = 83;
  static final int ADD_BLTU = 84;
  static final int ADDI_ADDI = 85;
  static final int SLLI_ADD = 86;
  static final int SLLI_SRLI = 87;
  static final int MUL_ADD = 88;
  static final int XOR_ANDI = 89;

  private Op() {}

  static long pack(int opcode, int rd, int rs1, int rs2, int immediate) {
    return (long) immediate << 32 | (long) rs2 << 24 | rs1 << 16 | rd << 8 | opcode;
  }

  static int opcode(long op) {
    return (int) op & 0xff;
  }

  static int rd(long op) {
    return (int) op >>> 8 & 0x3f;
  }

  static int rs1(long op) {
    return (int) op >>> 16 & 0x3f;
  }

  static int rs2(long op) {
    return (int) op >>> 24 & 0x3f;
  }

  static int immediate(long op) {
    return (int) (op >> 32);
  }

  /**
   * Whether control never goes on behind this operation, so that nothing after it is in its block.
   */
  static boolean endsBlock(int opcode) {
    return opcode <= FENCE_I || (opcode >= J && opcode <= JR);
  }

  /** Where a branch or a direct jump leads to, relative to its page. */
  static long target(long op) {
    return opcode(op) >= FIRST_PAIR ? op >>> 52 : op >> 32;
  }
}
