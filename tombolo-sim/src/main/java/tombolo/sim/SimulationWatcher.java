// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

/** Looks at a simulated run, on the thread that runs it, and cannot change it, except end it. */
public interface SimulationWatcher {
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
}
