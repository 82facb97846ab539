// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * Code that runs by itself, a step at a time: a vCPU, a disk, a sender of packets, a late doorbell.
 *
 * <p>A step does the work at hand and returns the time until which the worker can wait. It does not
 * wait itself: it neither parks nor sleeps nor waits for another worker. A worker that serves the
 * host (a file, a terminal, a socket) may block in the host's call; {@link Task#interrupt} ends
 * such a call.
 *
 * <p>One thread at a time steps a worker, not always the same one, and what a step stored is
 * visible to the next. So a worker keeps its state in fields and nothing on a stack. A step that
 * throws ends the worker, which is told of it by {@link #failed}; a worker that others need longer
 * than one failure catches what its steps throw.
 */
@FunctionalInterface
public interface Worker {
  /** Returned by a step: the worker has ended and is never stepped again. */
  long DONE = Long.MIN_VALUE;

  /** Returned by a step: step me again at once. */
  long AGAIN = Long.MIN_VALUE + 1;

  /** Returned by a step: nothing to do until {@link Task#wake}. */
  long UNTIL_WOKEN = Long.MAX_VALUE;

  /**
   * Does the work at hand.
   *
   * @return nanoseconds of the services' {@link Clock}: the worker is stepped again when that time
   *     has come or when it is woken, whichever is first, or without reason; or one of the
   *     constants
   */
  long step();

  /**
   * Tells whoever depends on this worker that a step has thrown and none follows. Called once, as
   * the last call, by whoever stepped the worker. There may be no memory left, so tell others first
   * and describe later.
   *
   * @param name the task's
   * @return whether somebody was told. If not, or if this throws, too, then what the step has
   *     thrown goes to the thread's handler of uncaught exceptions, or to whoever steps the
   *     workers.
   */
  default boolean failed(String name, Throwable cause) {
    return false;
  }
}
