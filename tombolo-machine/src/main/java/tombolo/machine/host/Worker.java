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
 * throws ends the worker; a worker that must not end so catches what it throws.
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
}
