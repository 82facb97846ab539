// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Executes decoded blocks: the loop in which a guest spends its time.
 *
 * <p>Why it is one long method: C2 keeps the loop's state in machine registers only within one
 * method, and turns a dense switch into one indexed jump. Why it must stay under 8,000 bytes of
 * bytecode: HotSpot compiles no longer method, ever. So what is frequent is here, two or three
 * lines each, and what is rare is called. Why it returns after a budget: a loop that never ends is
 * compiled only by on-stack replacement, and somebody has to look at the clock.
 *
 * <p>Instructions are counted when a block is entered; whoever leaves a block early takes back what
 * was not executed. Loads and stores go to host memory when the TLB knows the page <em>and</em> the
 * address is aligned, which is one comparison, because tags have zeros in their low bits.
 */
final class Interpreter {
  private static final long PAGE = Mmu.PAGE_MASK;

  private Interpreter() {}

  /**
   * Runs from hart.pc until something stops it, which hart.stop then says.
   *
   * @param limit when hart.retired reaches this, the end of a block is near enough
   */
  @SuppressWarnings({"IntLongMath", "NarrowCalculation"}) // W operations wrap at 32 bits
  static void run(Hart hart, long limit) {
    final long[] x = hart.x;
    final Tlb tlb = hart.mmu.tlb;
    final long[] read = tlb.read;
    final long[] write = tlb.write;
    long retired = hart.retired;
    long page = hart.pc & PAGE;
    Block block = hart.mmu.fetch(hart.pc);
    if (block == null) {
      return;
    }
    int i;

    leave:
    for (; ; ) {
      final long[] ops = block.ops;
      if ((limit - retired | (long) Hart.ATTENTION.getOpaque(hart)) < 0) {
        hart.pc = page + block.offsetOf(0);
        hart.retired = retired;
        hart.stop = Hart.Stop.PAUSE;
        return;
      }
      retired += block.instructions;
      i = 0;
      // Where a block's end leads to: a linked block, or the address of one that is to be found.
      @Nullable Block successor;
      long va;

      dispatch:
      for (; ; ) {
        final long op = ops[i++];
        switch ((int) op & 0xff) {
          case Op.LI -> x[rd(op)] = op >> 32;
          case Op.PCREL -> x[rd(op)] = page + (op >> 32);
          case Op.MV -> x[rd(op)] = x[rs1(op)];
          case Op.NOP -> {}

          case Op.ADDI -> x[rd(op)] = x[rs1(op)] + (op >> 32);
          case Op.SLTI -> x[rd(op)] = x[rs1(op)] < op >> 32 ? 1 : 0;
          case Op.SLTIU -> x[rd(op)] = below(x[rs1(op)], op >> 32) ? 1 : 0;
          case Op.XORI -> x[rd(op)] = x[rs1(op)] ^ op >> 32;
          case Op.ORI -> x[rd(op)] = x[rs1(op)] | op >> 32;
          case Op.ANDI -> x[rd(op)] = x[rs1(op)] & op >> 32;
          case Op.SLLI -> x[rd(op)] = x[rs1(op)] << (op >> 32);
          case Op.SRLI -> x[rd(op)] = x[rs1(op)] >>> (op >> 32);
          case Op.SRAI -> x[rd(op)] = x[rs1(op)] >> (op >> 32);
          case Op.ADDIW -> x[rd(op)] = (int) x[rs1(op)] + (int) (op >> 32);
          case Op.SLLIW -> x[rd(op)] = (int) x[rs1(op)] << (op >> 32);
          case Op.SRLIW -> x[rd(op)] = (int) x[rs1(op)] >>> (op >> 32);
          case Op.SRAIW -> x[rd(op)] = (int) x[rs1(op)] >> (op >> 32);

          case Op.ADD -> x[rd(op)] = x[rs1(op)] + x[rs2(op)];
          case Op.SUB -> x[rd(op)] = x[rs1(op)] - x[rs2(op)];
          case Op.SLL -> x[rd(op)] = x[rs1(op)] << x[rs2(op)];
          case Op.SLT -> x[rd(op)] = x[rs1(op)] < x[rs2(op)] ? 1 : 0;
          case Op.SLTU -> x[rd(op)] = below(x[rs1(op)], x[rs2(op)]) ? 1 : 0;
          case Op.XOR -> x[rd(op)] = x[rs1(op)] ^ x[rs2(op)];
          case Op.SRL -> x[rd(op)] = x[rs1(op)] >>> x[rs2(op)];
          case Op.SRA -> x[rd(op)] = x[rs1(op)] >> x[rs2(op)];
          case Op.OR -> x[rd(op)] = x[rs1(op)] | x[rs2(op)];
          case Op.AND -> x[rd(op)] = x[rs1(op)] & x[rs2(op)];
          case Op.ADDW -> x[rd(op)] = (int) x[rs1(op)] + (int) x[rs2(op)];
          case Op.SUBW -> x[rd(op)] = (int) x[rs1(op)] - (int) x[rs2(op)];
          case Op.SLLW -> x[rd(op)] = (int) x[rs1(op)] << x[rs2(op)];
          case Op.SRLW -> x[rd(op)] = (int) x[rs1(op)] >>> x[rs2(op)];
          case Op.SRAW -> x[rd(op)] = (int) x[rs1(op)] >> x[rs2(op)];

          case Op.MUL -> x[rd(op)] = x[rs1(op)] * x[rs2(op)];
          case Op.MULW -> x[rd(op)] = (int) x[rs1(op)] * (int) x[rs2(op)];
          case Op.MULHU -> x[rd(op)] = Math.unsignedMultiplyHigh(x[rs1(op)], x[rs2(op)]);
          case Op.DIVIDE -> x[rd(op)] = Arithmetic.apply((int) (op >> 32), x[rs1(op)], x[rs2(op)]);

          case Op.SH1ADD -> x[rd(op)] = (x[rs1(op)] << 1) + x[rs2(op)];
          case Op.SH2ADD -> x[rd(op)] = (x[rs1(op)] << 2) + x[rs2(op)];
          case Op.SH3ADD -> x[rd(op)] = (x[rs1(op)] << 3) + x[rs2(op)];
          case Op.ADD_UW -> x[rd(op)] = (x[rs1(op)] & 0xffffffffL) + x[rs2(op)];
          case Op.ZEXT_H -> x[rd(op)] = x[rs1(op)] & 0xffff;
          case Op.BITS -> x[rd(op)] = Bits.apply((int) (op >> 32), x[rs1(op)], x[rs2(op)]);

          case Op.LB -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & PAGE)) {
              x[rd(op)] = HostBytes.getByte(va + read[t + 1]);
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LBU -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & PAGE)) {
              x[rd(op)] = HostBytes.getByte(va + read[t + 1]) & 0xff;
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LH -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & (PAGE | 1))) {
              x[rd(op)] = HostBytes.getShort(va + read[t + 1]);
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LHU -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & (PAGE | 1))) {
              x[rd(op)] = HostBytes.getShort(va + read[t + 1]) & 0xffff;
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LW -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & (PAGE | 3))) {
              x[rd(op)] = HostBytes.getInt(va + read[t + 1]);
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LWU -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & (PAGE | 3))) {
              x[rd(op)] = HostBytes.getInt(va + read[t + 1]) & 0xffffffffL;
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.LD -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (read[t] == (va & (PAGE | 7))) {
              x[rd(op)] = HostBytes.getLong(va + read[t + 1]);
            } else if (!hart.access.load(op, va)) {
              break leave;
            }
          }
          case Op.SB -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (write[t] == (va & PAGE)) {
              HostBytes.putByte(va + write[t + 1], (byte) x[rs2(op)]);
            } else if (!hart.access.store(op, va, x[rs2(op)])) {
              break leave;
            }
          }
          case Op.SH -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (write[t] == (va & (PAGE | 1))) {
              HostBytes.putShort(va + write[t + 1], (short) x[rs2(op)]);
            } else if (!hart.access.store(op, va, x[rs2(op)])) {
              break leave;
            }
          }
          case Op.SW -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (write[t] == (va & (PAGE | 3))) {
              HostBytes.putInt(va + write[t + 1], (int) x[rs2(op)]);
            } else if (!hart.access.store(op, va, x[rs2(op)])) {
              break leave;
            }
          }
          case Op.SD -> {
            va = x[rs1(op)] + (op >> 32);
            int t = (int) (va >>> 11) & Tlb.PAIR_MASK;
            if (write[t] == (va & (PAGE | 7))) {
              HostBytes.putLong(va + write[t + 1], x[rs2(op)]);
            } else if (!hart.access.store(op, va, x[rs2(op)])) {
              break leave;
            }
          }
          case Op.FLW, Op.FLD -> {
            if (!FloatOps.load(hart, op, x[rs1(op)] + (op >> 32))) {
              break leave;
            }
          }
          case Op.FSW, Op.FSD -> {
            if (!FloatOps.store(hart, op, x[rs1(op)] + (op >> 32))) {
              break leave;
            }
          }

          case Op.FENCE -> fence((int) (op >> 32));
          case Op.PAUSE -> Thread.onSpinWait();
          case Op.ATOMIC -> {
            if (!Atomics.execute(hart, op)) {
              break leave;
            }
          }
          case Op.FLOAT -> {
            if (!FloatOps.execute(hart, op)) {
              break leave;
            }
          }

          case Op.BEQ -> {
            if (x[rs1(op)] == x[rs2(op)]) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.BNE -> {
            if (x[rs1(op)] != x[rs2(op)]) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.BLT -> {
            if (x[rs1(op)] < x[rs2(op)]) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.BGE -> {
            if (x[rs1(op)] >= x[rs2(op)]) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.BLTU -> {
            if (below(x[rs1(op)], x[rs2(op)])) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.BGEU -> {
            if (!below(x[rs1(op)], x[rs2(op)])) {
              va = op >> 32;
              successor = block.taken;
            } else {
              va = block.end;
              successor = block.next;
            }
            break dispatch;
          }
          case Op.J -> {
            va = op >> 32;
            successor = block.taken;
            break dispatch;
          }
          case Op.JAL -> {
            x[rd(op)] = page + block.end;
            va = op >> 32;
            successor = block.taken;
            break dispatch;
          }
          case Op.NEXT -> {
            va = block.end;
            successor = block.next;
            break dispatch;
          }
          case Op.JR -> {
            va = (x[rs1(op)] + (op >> 32) & ~1) - page;
            successor = null;
            break dispatch;
          }
          case Op.JALR -> {
            va = (x[rs1(op)] + (op >> 32) & ~1) - page;
            x[rd(op)] = page + block.end;
            successor = null;
            break dispatch;
          }
          default -> {
            special(hart, op);
            break leave;
          }
        }
      }

      if (successor == null) {
        // Not linked: a jump by register, out of the page, or for the first time.
        long target = page + va;
        int jump = Tlb.jumpIndex(target);
        successor = tlb.jumpTags[jump] == target ? tlb.jumps[jump] : null;
        if (successor == null) {
          successor = hart.mmu.fetch(target);
          if (successor == null) {
            hart.pc = target;
            hart.retired = retired;
            return;
          }
        }
        link(block, successor, ops[i - 1], va);
        page = target & PAGE;
      }
      block = successor;
    }

    // The operation before i stopped the hart before it was done.
    hart.pc = page + block.offsetOf(i - 1);
    hart.retired = retired - (block.instructions - block.instructionsBefore(i - 1));
    hart.instruction = block.instruction(i - 1);
  }

  /** Remembers a successor in the same page, where it can't be another one next time. */
  private static void link(Block from, Block to, long op, long offset) {
    if (to.page != from.page || (offset & PAGE) != 0 || from.straddles || to.straddles) {
      return;
    }
    int opcode = (int) op & 0xff;
    if (opcode == Op.JR || opcode == Op.JALR) {
      return;
    }
    if (opcode == Op.NEXT || offset != op >> 32) {
      from.next = to;
    } else {
      from.taken = to;
    }
  }

  /** What ends a block and is done by others. */
  private static void special(Hart hart, long op) {
    switch (Op.opcode(op)) {
      case Op.SYSTEM -> {
        hart.stop = Hart.Stop.SYSTEM;
      }
      case Op.FENCE_I -> hart.stop = Hart.Stop.FENCE_I;
      default -> hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
    }
  }

  private static void fence(int sets) {
    // Only a fence that orders earlier stores before later loads costs something on the hosts there
    // are.
    if ((sets & 0x50) != 0 && (sets & 0x0a) != 0) {
      VarHandle.fullFence();
    } else {
      VarHandle.acquireFence();
      VarHandle.releaseFence();
    }
  }

  private static boolean below(long a, long b) {
    return a + Long.MIN_VALUE < b + Long.MIN_VALUE;
  }

  private static int rd(long op) {
    return (int) op >>> 8 & 63;
  }

  private static int rs1(long op) {
    return (int) op >>> 16 & 63;
  }

  private static int rs2(long op) {
    return (int) op >>> 24 & 63;
  }
}
