// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.debug;

/**
 * Decides how far a vCPU runs on. Called by whoever runs the vCPU, before its next instruction. It
 * may keep its caller waiting where nothing else waits for that vCPU, as in a simulation.
 */
public interface Hold {
  /** Execute nothing: {@link tombolo.machine.Vcpu#run} returns. */
  long LEAVE = 0;

  /** Execute some instructions that follow each other in one page of 4 KiB, at least one. */
  long STRAIGHT = -1;

  /** Execute what there is to execute; the next call comes with the next run. */
  long FREE = Long.MAX_VALUE;

  /**
   * Returns how many instructions may be retired before the next call, or one of the constants.
   * Fewer may be: a trap, an access to a device and the end of a budget come in between.
   */
  long next();

  /** Returns whether the vCPU takes interrupts now; asked before {@link #next}. */
  default boolean takesInterrupts() {
    return true;
  }
}
