// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.machine.debug.Debuggable;

/**
 * One virtual processor of a {@link Board}.
 *
 * <p>Everything but {@link #kick()} and {@link #retiredInstructions()} is called only by whoever
 * runs the vCPU, one thread at a time, or by the VM while nobody runs it. What one call stores is
 * visible to the next, whichever thread makes it.
 */
public interface Vcpu {
  /** Returns its number in the VM, from 0. */
  int index();

  /**
   * Runs guest code until something needs the VM, the guest waits, or the budget is used up. Never
   * waits, and holds no lock.
   *
   * @param budget the most instructions to retire; at least 1. With {@link VcpuExit.BudgetUsed}
   *     exactly so many were retired, if the accelerator can count.
   */
  VcpuExit run(long budget);

  /**
   * Sets what an interrupt, {@link #kick} or a start by another vCPU calls, so that {@link #run} is
   * called again soon. Called before the first run. The waker may be called by any thread, with any
   * lock held, also while the vCPU runs; it waits for nobody.
   */
  void onWake(Runnable waker);

  /**
   * Completes the last {@link VcpuExit.MmioRead} or {@link VcpuExit.PortRead}.
   *
   * @param value the bytes read, little-endian; bits above the exit's size are ignored
   */
  void completeRead(long value);

  /**
   * Gives the guest its architecture's error for the last MMIO exit: nothing answers there, or it
   * is a store to memory that may only be read.
   */
  void rejectAccess();

  /**
   * Returns an argument of the last {@link VcpuExit.Hypercall}.
   *
   * @param number 0 to 5
   */
  long hypercallArgument(int number);

  /** Completes the last {@link VcpuExit.Hypercall}. */
  void completeHypercall(long result);

  /**
   * Makes {@link #run} come back soon with {@link VcpuExit.Kicked}, whatever the guest does or
   * waits for; if the vCPU is not in run(), its next run() comes back at once. Any thread; never
   * lost; several kicks may give one exit.
   */
  void kick();

  /**
   * Returns how many instructions were retired since the board was made; exact whenever {@link
   * #run} has returned, a little behind meanwhile. Any thread.
   */
  long retiredInstructions();

  /**
   * Returns how many pages of decoded code were dropped because there was no room for more. Any
   * thread; a little behind while the vCPU runs. An accelerator that decodes nothing drops nothing.
   */
  default long evictedCodePages() {
    return 0;
  }

  /**
   * Returns what the vCPU's engine has done besides interpreting, in lines for people: the name of
   * a number, and the number. Any thread; a little behind while the vCPU runs.
   */
  default Map<String, Long> engineFigures() {
    return Map.of();
  }

  /** Returns what a debugger uses; null if this accelerator offers nothing. */
  default @Nullable Debuggable debuggable() {
    return null;
  }
}
