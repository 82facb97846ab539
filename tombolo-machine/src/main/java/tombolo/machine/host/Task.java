// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * A {@link Worker} in the hands of a {@link Scheduler}. Whoever made it owns it. Thread-safe.
 *
 * <p>Everything but {@link #pause} and {@link #awaitEnd} may be called by a worker's step, its own
 * or another's, with any lock held: it waits for nobody.
 */
public interface Task {
  /** Begins to step the worker. Called once. */
  void start();

  /**
   * Has the worker stepped soon, even if it waits. A wake that comes while the worker is in a step
   * gives another step; several wakes may give one step; no wake is lost. The step sees what the
   * caller stored before. Does nothing before {@link #start}, since the first step comes anyway,
   * and after the end.
   */
  void wake();

  /**
   * Returns when the worker is in no step; none begins before {@link #resume}. Wakes are kept
   * meanwhile. A step that blocks in the host's call is waited for. Not for workers' steps, nor
   * with a lock held that a step takes.
   */
  void pause();

  /** Ends {@link #pause}. */
  void resume();

  /** Interrupts the host's call in which a step blocks, if it does. The worker sees to the rest. */
  void interrupt();

  /** Whether the worker has ended: {@link Worker#DONE}, or a step that threw. */
  boolean hasEnded();

  /**
   * Waits until the worker has ended; it does not end it. An interrupt of the calling thread is
   * kept for later. Not for workers' steps: two of them that wait for each other would never end.
   */
  void awaitEnd();
}
