// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Decides how long the thread of one worker looks for a wake before it parks. Waking a parked
 * thread takes many microseconds, as long as a peer needs to answer a doorbell. The policy is that
 * of KVM's {@code halt_poll_ns}: the window grows while other threads wake the worker soon after it
 * has parked, and closes as soon as a poll was in vain. So a guest that is rung often polls, and an
 * idle one does not. A deadline of the worker's own counts for nothing, because it is known
 * beforehand; a poll that would last until it is not begun.
 *
 * <p>A poll takes a processor from whoever is to end it. So of n processors, at most n - 1 are
 * polled on at once by all threads that share a {@link #room}, and none where there is only one.
 *
 * <p>Used by the worker's thread only; the room is shared.
 */
final class HaltPolling {
  /** The first window: about what waking a parked thread takes, so no poll costs more than that. */
  static final long FIRST_NANOS = 10_000;

  /**
   * The widest window, and the longest wait that widens it. Who is rung less than once in this time
   * doesn't notice the time that waking takes, but the host would notice the polls.
   */
  static final long MOST_NANOS = 200_000;

  private final Clock clock;
  private final Semaphore room;
  private long window;
  private long began;
  private boolean inVain;

  /**
   * @param clock the VM's
   * @param room from {@link #room}
   */
  HaltPolling(Clock clock, Semaphore room) {
    this.clock = clock;
    this.room = room;
  }

  /**
   * Returns what all threads share that run on the same processors.
   *
   * @param processors how many there are; from 1
   */
  static Semaphore room(int processors) {
    return new Semaphore(processors - 1);
  }

  /**
   * Begins a wait: polls, or does nothing where that is not worth it. A vCPU counts as outside
   * guest code meanwhile.
   *
   * @param timerNanos until the worker's deadline ends the wait; Long.MAX_VALUE = never
   * @param waiting whether the worker still has to wait; what it reads, others write
   * @return whether the wait is over; if not, the worker parks, then calls {@link #parked}
   */
  boolean poll(long timerNanos, BooleanSupplier waiting) {
    began = clock.nanos();
    inVain = false;
    if (window == 0 || timerNanos <= window || !room.tryAcquire()) {
      return false;
    }
    try {
      while (waiting.getAsBoolean()) {
        if (clock.nanos() - began >= window) {
          inVain = true;
          return false;
        }
        Thread.onSpinWait();
      }
      return true;
    } finally {
      room.release();
    }
  }

  /**
   * Ends the wait that {@link #poll} has begun but not seen the end of.
   *
   * @param byAnother whether another thread has ended it
   */
  void parked(boolean byAnother) {
    long waited = clock.nanos() - began;
    if (byAnother && waited <= MOST_NANOS) {
      if (waited > window) {
        window = Math.clamp(2 * window, FIRST_NANOS, MOST_NANOS);
      }
    } else if (inVain || waited > MOST_NANOS) {
      window = 0;
    }
  }

  /** For how long the next wait is polled, in nanoseconds. */
  long window() {
    return window;
  }
}
