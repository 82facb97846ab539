// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import tombolo.riscv.isa.Arithmetic;
import tombolo.riscv.isa.Bits;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Op;

/**
 * Executes decoded blocks: the loop in which a guest spends its time.
 *
 * <p>Its shape is what HotSpot's C2 makes of it; each point below was seen in the machine code:
 *
 * <ul>
 *   <li>It is one long method, because only within one method is the loop's state in machine
 *       registers, and a dense switch one indexed jump. HotSpot compiles no method over 8,000 bytes
 *       of bytecode, and inlines nothing more into one once the two together reach 8,000; so what
 *       is frequent is here and what is rare is called, and the method is kept under 5,200.
 *   <li>The inner loop counts from 0 to the block's length, so C2 needs neither a check of the
 *       index nor a safepoint poll for each operation. What follows a block is after the loop,
 *       since C2 would load it before the switch, for each operation, if several cases asked for
 *       it.
 *   <li>Register numbers are masked with 63 and checked against the length of 64 all the same: the
 *       check ties the load of a register to its case. Without it C2 loads both sources before the
 *       switch, for each operation, and then spills them.
 *   <li>It returns after a budget: a loop that never ends is compiled only by on-stack replacement,
 *       and somebody has to look at the clock.
 * </ul>
 *
 * <p>Instructions are counted when a block is left, by where it is left. Loads and stores go to
 * host memory when the TLB knows the page <em>and</em> the address is aligned, which is one
 * comparison, because tags have zeros in their low bits.
 */
public final class Interpreter implements Engine {
  private static final long PAGE = Mmu.PAGE_MASK;

  // C2 compiles no call of a class that is not there yet, but has to compile all of run() anew when
  // the call is due; the guest is interpreted by bytecodes meanwhile, for a second.
  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      for (Class<?> called :
          List.of(
              Arithmetic.class,
              Atomics.class,
              Bits.class,
              FloatOps.class,
              HostBytes.class,
              Vectors.class)) {
        lookup.ensureInitialized(called);
      }
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Makes an engine; it has no state, so all harts can share one. */
  public Interpreter() {}

  @Override
  public void run(Hart hart, long limit) {
    Block first = hart.mmu.fetch(hart.pc);
    if (first != null) {
      execute(hart, first, limit, 0);
    }
  }

  @Override
  public boolean keepsToBlocks() {
    return true;
  }

  @Override
  public void runExactly(Hart hart, long limit) {
    while (hart.retired < limit) {
      Block block = hart.mmu.fetch(hart.pc);
      if (block == null) {
        return;
      }
      long left = limit - hart.retired;
      if (block.instructions > left) {
        block = block.page.truncatedBlock((int) hart.pc & Mmu.PAGE_SIZE - 1, (int) left);
      }
      execute(hart, block, hart.retired, 0); // no second one begins
      if (hart.stop != Hart.Stop.PAUSE || (long) Hart.ATTENTION.getOpaque(hart) != 0) {
        return;
      }
    }
    hart.stop = Hart.Stop.PAUSE;
  }

  /**
   * Executes a block and those that follow, until something stops the hart.
   *
   * @param first the block at hart.pc
   * @param limit no block begins once more instructions than this are retired
   * @param marks -1 to pause at a block with a region, 0 to go on
   */
  // Operations on words wrap at 32 bits; labels keep what every block's end does out of the switch.
  @SuppressWarnings({"IntLongMath", "NarrowCalculation", "LabelledBreakTarget"})
  static void execute(Hart hart, Block first, long limit, long marks) {
    final long[] x = hart.x;
    final MemoryAccess access = hart.access;
    final Tlb tlb = hart.mmu.tlb;
    final long[] readTags = tlb.readTags;
    final long[] readOffsets = tlb.readOffsets;
    final long[] writeTags = tlb.writeTags;
    final long[] writeOffsets = tlb.writeOffsets;
    long retired = hart.retired;
    long page = hart.pc & PAGE;
    Block block = first;
    int at;

    leave:
    for (; ; ) {
      if (((limit - retired) | (long) Hart.ATTENTION.getOpaque(hart) | (block.mark & marks)) < 0) {
        hart.pc = page + block.offsetOf(0);
        hart.retired = retired;
        hart.stop = Hart.Stop.PAUSE;
        return;
      }
      final long[] ops = block.ops;
      long target;

      find:
      {
        jump:
        {
          taken:
          {
            for (int i = 0; i < ops.length; i++) {
              final long op = ops[i];
              final int opcode = (int) op & 0xff;
              // A switch of their own, so that what pairs need is decoded for pairs only.
              if (opcode >= Op.FIRST_PAIR) {
                switch (opcode) {
                  case Op.ADDI_BEQ -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] == x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_BNE -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] != x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_BLT -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] < x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_BGE -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] >= x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_BLTU -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (below(x[(int) (op >>> 44) & 63], x[(int) op >>> 24 & 63])) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_BGEU -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    if (!below(x[(int) (op >>> 44) & 63], x[(int) op >>> 24 & 63])) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ANDI_BEQ -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] & (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] == x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ANDI_BNE -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] & (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] != x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDIW_BNE -> {
                    x[(int) op >>> 8 & 63] = (int) x[(int) op >>> 16 & 63] + (int) (op << 20 >> 52);
                    if (x[(int) (op >>> 44) & 63] != x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADD_BNE -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + x[(int) (op >>> 32) & 63];
                    if (x[(int) (op >>> 44) & 63] != x[(int) op >>> 24 & 63]) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADD_BLTU -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + x[(int) (op >>> 32) & 63];
                    if (below(x[(int) (op >>> 44) & 63], x[(int) op >>> 24 & 63])) {
                      at = i;
                      break taken;
                    }
                  }
                  case Op.ADDI_ADDI -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op << 20 >> 52);
                    x[(int) op >>> 24 & 63] = x[(int) (op >>> 44) & 63] + (op >> 52);
                  }
                  case Op.SLLI_ADD -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] << (op << 20 >> 52);
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 8 & 63] + x[(int) (op >>> 44) & 63];
                  }
                  case Op.SLLI_SRLI ->
                      x[(int) op >>> 8 & 63] =
                          x[(int) op >>> 16 & 63] << (op << 20 >> 52) >>> (op >> 52);
                  case Op.MUL_ADD -> {
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] * x[(int) (op >>> 32) & 63];
                    x[(int) op >>> 24 & 63] = x[(int) op >>> 24 & 63] + x[(int) (op >>> 44) & 63];
                  }
                  case Op.XOR_ANDI -> {
                    x[(int) op >>> 8 & 63] =
                        (x[(int) op >>> 16 & 63] ^ x[(int) (op >>> 32) & 63]) & (op >> 52);
                  }
                  default -> {}
                }
                continue;
              }
              switch (opcode) {
                case Op.LI -> x[(int) op >>> 8 & 63] = op >> 32;
                case Op.PCREL -> x[(int) op >>> 8 & 63] = page + (op >> 32);
                case Op.MV -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63];
                case Op.NOP -> {}

                case Op.ADDI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + (op >> 32);
                case Op.SLTI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] < op >> 32 ? 1 : 0;
                case Op.SLTIU ->
                    x[(int) op >>> 8 & 63] = below(x[(int) op >>> 16 & 63], op >> 32) ? 1 : 0;
                case Op.XORI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] ^ op >> 32;
                case Op.ORI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] | op >> 32;
                case Op.ANDI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] & op >> 32;
                case Op.SLLI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] << (op >> 32);
                case Op.SRLI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] >>> (op >> 32);
                case Op.SRAI -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] >> (op >> 32);
                case Op.ADDIW ->
                    x[(int) op >>> 8 & 63] = (int) x[(int) op >>> 16 & 63] + (int) (op >> 32);
                case Op.SLLIW ->
                    x[(int) op >>> 8 & 63] = (int) x[(int) op >>> 16 & 63] << (op >> 32);
                case Op.SRLIW ->
                    x[(int) op >>> 8 & 63] = (int) x[(int) op >>> 16 & 63] >>> (op >> 32);
                case Op.SRAIW ->
                    x[(int) op >>> 8 & 63] = (int) x[(int) op >>> 16 & 63] >> (op >> 32);

                case Op.ADD ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] + x[(int) op >>> 24 & 63];
                case Op.SUB ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] - x[(int) op >>> 24 & 63];
                case Op.SLL ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] << x[(int) op >>> 24 & 63];
                case Op.SLT ->
                    x[(int) op >>> 8 & 63] =
                        x[(int) op >>> 16 & 63] < x[(int) op >>> 24 & 63] ? 1 : 0;
                case Op.SLTU ->
                    x[(int) op >>> 8 & 63] =
                        below(x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63]) ? 1 : 0;
                case Op.XOR ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] ^ x[(int) op >>> 24 & 63];
                case Op.SRL ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] >>> x[(int) op >>> 24 & 63];
                case Op.SRA ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] >> x[(int) op >>> 24 & 63];
                case Op.OR ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] | x[(int) op >>> 24 & 63];
                case Op.AND ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] & x[(int) op >>> 24 & 63];
                case Op.ADDW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] + (int) x[(int) op >>> 24 & 63];
                case Op.SUBW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] - (int) x[(int) op >>> 24 & 63];
                case Op.SLLW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] << x[(int) op >>> 24 & 63];
                case Op.SRLW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] >>> x[(int) op >>> 24 & 63];
                case Op.SRAW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] >> x[(int) op >>> 24 & 63];

                case Op.MUL ->
                    x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] * x[(int) op >>> 24 & 63];
                case Op.MULW ->
                    x[(int) op >>> 8 & 63] =
                        (int) x[(int) op >>> 16 & 63] * (int) x[(int) op >>> 24 & 63];
                case Op.MULHU ->
                    x[(int) op >>> 8 & 63] =
                        Math.unsignedMultiplyHigh(x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63]);
                case Op.DIVIDE ->
                    x[(int) op >>> 8 & 63] =
                        Arithmetic.apply(
                            (int) (op >> 32), x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63]);

                case Op.SH1ADD ->
                    x[(int) op >>> 8 & 63] =
                        (x[(int) op >>> 16 & 63] << 1) + x[(int) op >>> 24 & 63];
                case Op.SH2ADD ->
                    x[(int) op >>> 8 & 63] =
                        (x[(int) op >>> 16 & 63] << 2) + x[(int) op >>> 24 & 63];
                case Op.SH3ADD ->
                    x[(int) op >>> 8 & 63] =
                        (x[(int) op >>> 16 & 63] << 3) + x[(int) op >>> 24 & 63];
                case Op.ADD_UW ->
                    x[(int) op >>> 8 & 63] =
                        (x[(int) op >>> 16 & 63] & 0xffffffffL) + x[(int) op >>> 24 & 63];
                case Op.ZEXT_H -> x[(int) op >>> 8 & 63] = x[(int) op >>> 16 & 63] & 0xffff;
                case Op.BITS ->
                    x[(int) op >>> 8 & 63] =
                        Bits.apply(
                            (int) (op >> 32), x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63]);
                case Op.LB -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 0))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getByte(va + readOffsets[t & (readOffsets.length - 1)]);
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LBU -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 0))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getByte(va + readOffsets[t & (readOffsets.length - 1)]) & 0xff;
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LH -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 1))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getShort(va + readOffsets[t & (readOffsets.length - 1)]);
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LHU -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 1))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getShort(va + readOffsets[t & (readOffsets.length - 1)]) & 0xffff;
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LW -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 3))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getInt(va + readOffsets[t & (readOffsets.length - 1)]);
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LWU -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 3))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getInt(va + readOffsets[t & (readOffsets.length - 1)])
                            & 0xffffffffL;
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.LD -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  if (readTags[t & (readTags.length - 1)] == (va & (PAGE | 7))) {
                    x[(int) op >>> 8 & 63] =
                        HostBytes.getLong(va + readOffsets[t & (readOffsets.length - 1)]);
                  } else if (!access.load(op, va)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.SB -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  final long value = x[(int) op >>> 24 & 63];
                  if (writeTags[t & (writeTags.length - 1)] == (va & (PAGE | 0))) {
                    HostBytes.putByte(
                        va + writeOffsets[t & (writeOffsets.length - 1)], (byte) value);
                  } else if (!access.store(op, va, value)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.SH -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  final long value = x[(int) op >>> 24 & 63];
                  if (writeTags[t & (writeTags.length - 1)] == (va & (PAGE | 1))) {
                    HostBytes.putShort(
                        va + writeOffsets[t & (writeOffsets.length - 1)], (short) value);
                  } else if (!access.store(op, va, value)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.SW -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  final long value = x[(int) op >>> 24 & 63];
                  if (writeTags[t & (writeTags.length - 1)] == (va & (PAGE | 3))) {
                    HostBytes.putInt(va + writeOffsets[t & (writeOffsets.length - 1)], (int) value);
                  } else if (!access.store(op, va, value)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.SD -> {
                  final long va = x[(int) op >>> 16 & 63] + (op >> 32);
                  final int t = (int) (va >>> 12);
                  final long value = x[(int) op >>> 24 & 63];
                  if (writeTags[t & (writeTags.length - 1)] == (va & (PAGE | 7))) {
                    HostBytes.putLong(va + writeOffsets[t & (writeOffsets.length - 1)], value);
                  } else if (!access.store(op, va, value)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.FLH, Op.FLW, Op.FLD -> {
                  if (!FloatOps.load(hart, op, x[(int) op >>> 16 & 63] + (op >> 32))) {
                    at = i;
                    break leave;
                  }
                }
                case Op.FSH, Op.FSW, Op.FSD -> {
                  if (!FloatOps.store(hart, op, x[(int) op >>> 16 & 63] + (op >> 32))) {
                    at = i;
                    break leave;
                  }
                }

                case Op.FENCE -> fence(hart, (int) (op >> 32));
                case Op.PAUSE -> Thread.onSpinWait();
                case Op.ATOMIC -> {
                  if (!Atomics.execute(hart, op)) {
                    at = i;
                    break leave;
                  }
                }
                case Op.FLOAT -> {
                  if (!FloatOps.execute(hart, op)) {
                    at = i;
                    break leave;
                  }
                }

                case Op.VECTOR -> {
                  if (!Vectors.execute(hart, op)) {
                    at = i;
                    break leave;
                  }
                }

                case Op.BEQ -> {
                  if (x[(int) op >>> 16 & 63] == x[(int) op >>> 24 & 63]) {
                    at = i;
                    break taken;
                  }
                }
                case Op.BNE -> {
                  if (x[(int) op >>> 16 & 63] != x[(int) op >>> 24 & 63]) {
                    at = i;
                    break taken;
                  }
                }
                case Op.BLT -> {
                  if (x[(int) op >>> 16 & 63] < x[(int) op >>> 24 & 63]) {
                    at = i;
                    break taken;
                  }
                }
                case Op.BGE -> {
                  if (x[(int) op >>> 16 & 63] >= x[(int) op >>> 24 & 63]) {
                    at = i;
                    break taken;
                  }
                }
                case Op.BLTU -> {
                  if (below(x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63])) {
                    at = i;
                    break taken;
                  }
                }
                case Op.BGEU -> {
                  if (!below(x[(int) op >>> 16 & 63], x[(int) op >>> 24 & 63])) {
                    at = i;
                    break taken;
                  }
                }
                case Op.J -> {
                  at = i;
                  break taken;
                }
                case Op.JAL -> {
                  x[(int) op >>> 8 & 63] = page + ((int) op >>> 16);
                  at = i;
                  break taken;
                }
                case Op.JR -> {
                  target = x[(int) op >>> 16 & 63] + (op >> 52) & ~1;
                  break jump;
                }
                case Op.JALR -> {
                  target = x[(int) op >>> 16 & 63] + (op >> 52) & ~1;
                  x[(int) op >>> 8 & 63] = page + ((int) (op >>> 32) & 0xffff);
                  break jump;
                }
                default -> {
                  special(hart, op);
                  at = i;
                  break leave;
                }
              }
            }
            // No operation jumped.
            retired += block.instructions;
            final Block next = block.next;
            if (next != null) {
              block = next;
              continue;
            }
            at = Block.FELL_THROUGH;
            target = page + block.end;
            break find;
          }
          // An operation branched or jumped to a fixed place.
          retired += block.through[at];
          final Block next = block.taken[at];
          if (next != null) {
            block = next;
            continue;
          }
          target = page + Op.target(ops[at]);
          break find;
        }
        // A jump by register.
        retired += block.instructions;
        at = Block.INDIRECT;
        final int jump = (int) (target >>> 1);
        final Block known = tlb.jumps[jump & (tlb.jumps.length - 1)];
        if (tlb.jumpTags[jump & (tlb.jumpTags.length - 1)] == target && known != null) {
          block = known;
          page = target & PAGE;
          continue;
        }
      }
      final Block found = block.follow(hart, at, page, target);
      if (found == null) {
        hart.pc = target;
        hart.retired = retired;
        return;
      }
      page = target & PAGE;
      block = found;
    }

    block.leave(hart, at, page, retired);
  }

  /** Stops the hart at an operation that ends a block and is done by others. */
  static void special(Hart hart, long op) {
    switch (Op.opcode(op)) {
      case Op.SYSTEM -> {
        hart.stop = Hart.Stop.SYSTEM;
      }
      case Op.FENCE_I -> hart.stop = Hart.Stop.FENCE_I;
      default -> hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
    }
  }

  private static void fence(Hart hart, int sets) {
    if (hart.shared != null) {
      hart.shared.fence(sets);
    }
    fence(sets);
  }

  /**
   * FENCE.
   *
   * @param sets the instruction's predecessor and successor sets, 8 bits
   */
  static void fence(int sets) {
    // Only a fence that orders earlier stores before later loads costs something on the hosts there
    // are.
    if ((sets & 0x50) != 0 && (sets & 0x0a) != 0) {
      VarHandle.fullFence();
    } else {
      VarHandle.acquireFence();
      VarHandle.releaseFence();
    }
  }

  static boolean below(long a, long b) {
    return a + Long.MIN_VALUE < b + Long.MIN_VALUE;
  }
}
