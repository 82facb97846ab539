// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.Arrays;
import tombolo.riscv.isa.Fusion;
import tombolo.riscv.isa.Op;

/** Collects the operations of one {@link Block}, fusing pairs as they come (see {@link Fusion}). */
final class BlockBuilder {
  private final long[] ops;
  private final int[] where;
  private final boolean fuses;
  private int count;
  private int instructions;

  /**
   * @param capacity the most operations
   * @param fuses whether pairs are fused; if not, an operation is an instruction
   */
  BlockBuilder(int capacity, boolean fuses) {
    this.fuses = fuses;
    ops = new long[capacity];
    where = new int[capacity];
  }

  boolean isFull() {
    return count == ops.length;
  }

  /** Whether the last operation ends the block. */
  boolean hasEnded() {
    return count > 0 && Op.endsBlock(Op.opcode(ops[count - 1]));
  }

  void add(long op, int offset) {
    if (fuses && count > 0) {
      long fused = Fusion.fuse(ops[count - 1], op);
      if (fused != Fusion.NONE) {
        ops[count - 1] = fused;
        instructions++;
        return;
      }
    }
    append(op, offset);
    instructions++;
  }

  private void append(long op, int offset) {
    ops[count] = op;
    where[count] = instructions << 16 | offset;
    count++;
  }

  /**
   * The block.
   *
   * @param end offset in the page of what follows the last instruction
   */
  Block finish(CodePage page, int end, int following) {
    return new Block(
        page, Arrays.copyOf(ops, count), Arrays.copyOf(where, count), instructions, end, following);
  }
}
