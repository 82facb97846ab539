// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.Interpreter;
import tombolo.riscv.isa.Compressed;

/**
 * The interpreter, which stops at each access to shared memory. There the hart's {@link
 * WatchedMemory} says whether others run first; if not, the engine executes this one instruction
 * and goes on. It goes on one instruction at a time as long as the memory tracks what registers
 * depend on. Otherwise private memory is accessed as fast as ever.
 */
final class WatchedEngine implements Engine {
  private final Interpreter interpreter = new Interpreter();

  @Override
  public void run(Hart hart, long limit) {
    run(hart, limit, false);
  }

  @Override
  public void runExactly(Hart hart, long limit) {
    run(hart, limit, true);
  }

  @Override
  public boolean keepsToBlocks() {
    return true;
  }

  private void run(Hart hart, long limit, boolean exactly) {
    WatchedMemory memory = WatchedMemory.of(hart);
    do {
      if (memory.tracks()) {
        step(hart, memory);
      } else if (exactly) {
        interpreter.runExactly(hart, limit);
      } else {
        interpreter.run(hart, limit);
      }
      if (hart.stop == Hart.Stop.SHARED) {
        if (memory.preempts()) {
          return;
        }
        admit(hart, memory);
      }
      if (hart.stop != Hart.Stop.PAUSE || (long) Hart.ATTENTION.getOpaque(hart) != 0) {
        return;
      }
    } while (exactly ? hart.retired < limit : hart.retired <= limit);
  }

  /** Executes one instruction, unless it accesses shared memory. */
  private void step(Hart hart, WatchedMemory memory) {
    memory.track(word(hart));
    interpreter.runExactly(hart, hart.retired + 1);
    memory.end();
  }

  /** Executes one instruction that accesses shared memory. */
  private void admit(Hart hart, WatchedMemory memory) {
    memory.begin(word(hart));
    interpreter.runExactly(hart, hart.retired + 1);
    memory.end();
  }

  private static int word(Hart hart) {
    int word = hart.mmu.instructionAt(hart.pc);
    return (word & 3) == 3 ? word : Compressed.expand(word);
  }
}
