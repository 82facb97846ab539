// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import tombolo.machine.debug.Hold;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.Interpreter;

/**
 * Runs a hart as its engine does, and asks a {@link Hold} before each piece. What the guest sees is
 * what it sees without: the pieces are the same instructions.
 *
 * <p>Used by whoever runs the hart.
 */
public final class HeldEngine {
  private final Engine engine;

  /** What executes straight pieces: a region of the translator would go beyond them. */
  private final Engine straight;

  private final Hart hart;
  private final Hold hold;

  /** Holds a hart that runs on this engine. */
  public HeldEngine(Engine engine, Hart hart, Hold hold) {
    this.engine = engine;
    this.straight = engine.keepsToBlocks() ? engine : new Interpreter();
    this.hart = hart;
    this.hold = hold;
  }

  /** Returns whether the hart takes interrupts now. */
  public boolean takesInterrupts() {
    return hold.takesInterrupts();
  }

  /**
   * Runs until something stops the hart: {@link Hart.Stop#HELD} if it is the hold.
   *
   * @param near no piece that may go on for {@link Engine#SLACK} begins once more is retired
   * @param limit nothing is retired beyond it
   */
  public void run(long near, long limit) {
    do {
      long most = hold.next();
      if (most == Hold.LEAVE) {
        hart.stop = Hart.Stop.HELD;
        return;
      }
      long end = most == Hold.FREE || most == Hold.STRAIGHT ? limit : hart.retired + most;
      end = Math.min(end, limit);
      long fast = Math.min(near, end - Engine.SLACK);
      if (hart.retired > fast) {
        engine.runExactly(hart, most == Hold.STRAIGHT ? Math.min(end, hart.retired + 1) : end);
      } else if (most == Hold.STRAIGHT) {
        straight.run(hart, hart.retired);
      } else {
        engine.run(hart, fast);
      }
      if (most == Hold.FREE) {
        return;
      }
    } while (hart.stop == Hart.Stop.PAUSE
        && (long) Hart.ATTENTION.getOpaque(hart) == 0
        && hart.retired <= near);
  }
}
