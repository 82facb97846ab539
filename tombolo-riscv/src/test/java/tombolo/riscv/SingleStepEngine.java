// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.Interpreter;

/**
 * An engine that is slow and obviously right: each instruction is a block of its own, neither fused
 * with its neighbour nor linked to what follows.
 */
public final class SingleStepEngine implements Engine {
  private final Engine interpreter = new Interpreter();

  @Override
  public void run(Hart hart, long limit) {
    runExactly(hart, limit + 1);
  }

  @Override
  public void runExactly(Hart hart, long limit) {
    hart.stop = Hart.Stop.PAUSE;
    while (hart.stop == Hart.Stop.PAUSE
        && hart.retired < limit
        && (long) Hart.ATTENTION.getOpaque(hart) == 0) {
      interpreter.runExactly(hart, hart.retired + 1);
    }
  }
}
