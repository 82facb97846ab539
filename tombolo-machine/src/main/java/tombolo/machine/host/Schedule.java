// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.List;
import tombolo.machine.state.Stateful;

/**
 * Decides the order in which a {@link SteppedHost} steps its workers, and how long a vCPU's step
 * is. The host asks it, always in the same order for the same answers, on the owner's thread.
 */
public interface Schedule extends Stateful {
  /**
   * Chooses who does a step.
   *
   * @param ready the workers that have something to do, in the order in which they were started; at
   *     least one
   * @return an index of the list
   */
  int next(List<? extends Task> ready);

  /** Returns the most instructions of the vCPU whose step has begun; at least 1. */
  long budget();

  /**
   * Returns whether the vCPU whose step has begun ends it behind an exit, such as a doorbell's, and
   * lets others run.
   */
  default boolean endsStepAtExit() {
    return false;
  }
}
