// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import org.jspecify.annotations.Nullable;

/**
 * Decoded operations that run one after the other: from an instruction that was jumped to, past
 * branches that are not taken, up to the next jump or the end of the page. Belongs to a {@link
 * CodePage} of one hart and is used by its thread only.
 */
final class Block {
  static final int NOTHING_FOLLOWS = -1;

  /** Stands for an operation's index where none of the block jumped. */
  static final int FELL_THROUGH = -1;

  /** Stands for an operation's index after a jump by register, which leads elsewhere each time. */
  static final int INDIRECT = -2;

  /**
   * Packed operations; after the last one the hart goes on at {@link #end}, unless that one jumps.
   */
  final long[] ops;

  /**
   * For each operation: its offset in the page, and how many instructions come before it {@code <<
   * 16}.
   */
  final int[] where;

  /** For each operation: how many instructions of the block are done once it is. */
  final int[] through;

  /** Instructions in it, more than operations where some are fused. */
  final int instructions;

  /** Offset in the page of what follows it: 2 to 4098. */
  final int end;

  /** The page that it was decoded from. */
  final CodePage page;

  /**
   * Whether its only instruction goes on in the next page. Such a block depends on two
   * translations, so it is looked up each time and never linked.
   */
  final boolean straddles;

  /**
   * For each operation that branches: the block that it leads to, once known and in the same page.
   */
  final @Nullable Block[] taken;

  /** The block that follows this one, once known and in the same page. */
  @Nullable Block next;

  /**
   * What the interpreter has spent on stretches that began with it, which tells the {@link
   * Dispatcher} whether it is worth translating; negative if it cannot be translated. Stretches are
   * cut about every 10,000 instructions, so this is a sample of where the hart spends its time.
   * Counting each execution instead costs every guest 5 % of its speed.
   */
  int samples;

  /** The block and what follows it as a method of the JVM, once there is one. */
  @Nullable Translation translation;

  /** -1 if there is a {@link #translation}, else 0: the interpreter reads it with what it polls. */
  int mark;

  Block(CodePage page, long[] ops, int[] where, int instructions, int end, int following) {
    this.page = page;
    this.ops = ops;
    this.taken = new Block[ops.length];
    this.where = where;
    this.through = new int[ops.length];
    for (int i = 0; i < ops.length; i++) {
      through[i] = i + 1 < ops.length ? where[i + 1] >>> 16 : instructions;
    }
    this.instructions = instructions;
    this.end = end;
    this.straddles = following != NOTHING_FOLLOWS;
    this.following = following;
  }

  /** The halfword that follows the page, where {@link #straddles}. */
  final int following;

  /** Offset in the page of an operation. */
  int offsetOf(int index) {
    return where[index] & 0xffff;
  }

  /** The instruction at an offset in the block: 16 or 32 bits. */
  int instructionAt(int offset) {
    int low = page.halfword(offset);
    if (page.lengthAt(offset) == 2) {
      return low;
    }
    return (straddles ? following : page.halfword(offset + 2)) << 16 | low;
  }

  /** Instructions of the block before an operation. */
  int instructionsBefore(int index) {
    return where[index] >>> 16;
  }

  /**
   * Leaves the hart at an operation of this block that stopped it before it was done: sets pc,
   * retired and instruction.
   *
   * @param at the operation's index
   * @param virtualPage virtual address of the block's page
   * @param retired instructions retired, without any of the block
   */
  void leave(Hart hart, int at, long virtualPage, long retired) {
    int offset = offsetOf(at);
    hart.pc = virtualPage + offset;
    hart.retired = retired + instructionsBefore(at);
    hart.instruction = instructionAt(offset);
  }

  /**
   * Returns the block at an address that this one leads to, and links it if it is always the same
   * one; null if the hart holds the trap that fetching it gave.
   *
   * @param at index of the operation that leads there, or {@link #FELL_THROUGH} or {@link
   *     #INDIRECT}
   * @param virtualPage virtual address of this block's page
   */
  @Nullable Block follow(Hart hart, int at, long virtualPage, long target) {
    Tlb tlb = hart.mmu.tlb;
    int index = Tlb.jumpIndex(target);
    Block to = tlb.jumpTags[index] == target ? tlb.jumps[index] : hart.mmu.fetch(target);
    // In the same page it can't be another one next time: from here on it is linked.
    if (to != null
        && to.page == page
        && ((target - virtualPage) & Mmu.PAGE_MASK) == 0
        && !straddles
        && !to.straddles) {
      if (at >= 0) {
        taken[at] = to;
      } else if (at == FELL_THROUGH) {
        next = to;
      }
    }
    return to;
  }
}
