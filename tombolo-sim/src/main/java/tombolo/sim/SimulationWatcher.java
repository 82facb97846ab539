// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.SteppedHost;
import tombolo.topology.run.RunningVm;

/** Looks at a simulated run, on the thread that runs it, and cannot change it, except end it. */
public interface SimulationWatcher {
  /**
   * The VMs are made, and none has run. Their vCPUs may be held by {@link
   * tombolo.machine.debug.Hold}s, which keep the thread of the run waiting where a person looks.
   *
   * @param host steps the run
   */
  default void prepared(List<RunningVm> vms, SteppedHost host) {}

  /** A VM has printed a line. */
  default void line(String vm, String text) {}

  /**
   * Asked after each step.
   *
   * @param nanos virtual time since the run began
   * @return false to abandon the run
   */
  default boolean goesOn(long nanos) {
    return true;
  }

  /**
   * The run has come to its end. Its VMs are as it has left them.
   *
   * @param failure why it has failed; null if it has not, as far as is known by now
   * @return false to abandon it
   */
  default boolean ends(@Nullable Failure failure) {
    return true;
  }
}
