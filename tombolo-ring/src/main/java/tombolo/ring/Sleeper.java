// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.util.function.BooleanSupplier;

/**
 * Waits for one side of a ring, first by looking, then asleep. For one thread.
 *
 * <p>No wake-up is lost. A side says that it sleeps, executes a fence, looks once more, and only
 * then waits for its bell. The other side makes something ready, executes a fence, then looks
 * whether this side sleeps. So at least one of the two sees the other. The bell keeps a ring that
 * comes between the last look and the wait. Each sleep has a number and is rung once. That is
 * enough, because only this side takes rings, and it looks at the ring of messages after each.
 */
final class Sleeper {
  private static final int LOOKS_BEFORE_TIME = 64;

  private final Waiting how;
  private final Bell bell;
  private final BooleanSupplier fallAsleep;
  private final Runnable wake;
  private final Backoff backoff = new Backoff();

  /** Number of looks in this wait, modulo 2³². */
  private int looks;

  private boolean waiting;
  private long since;
  private long limit;

  /**
   * @param fallAsleep announces this side's sleep, or returns false if there is something to do
   * @param wake announces that this side is awake again
   */
  Sleeper(Waiting how, Bell bell, BooleanSupplier fallAsleep, Runnable wake) {
    this.how = how;
    this.bell = bell;
    this.fallAsleep = fallAsleep;
    this.wake = wake;
  }

  /** Begins a wait of at most that many nanoseconds. */
  void begin(long nanos) {
    looks = 0;
    waiting = false;
    limit = nanos;
  }

  /** There was something. */
  void found(int count) {
    backoff.idle(count);
  }

  /**
   * Waits a little, or until rung, after a look that found nothing.
   *
   * @return false if the time is over, or if the bell says that something else has happened
   * @throws InterruptedException if the thread is interrupted
   */
  boolean waitOn() throws InterruptedException {
    if (limit <= 0) {
      return false;
    }
    if (!waiting) {
      waiting = true;
      since = bell.nanoTime();
    }
    backoff.idle(0);
    if (Integer.remainderUnsigned(++looks, LOOKS_BEFORE_TIME) != 1 && how.spinNanos() > 0) {
      return true;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long waited = bell.nanoTime() - since;
    if (waited >= limit || bell.endsWait()) {
      return false;
    }
    if (waited >= how.spinNanos() && fallAsleep.getAsBoolean()) {
      try {
        bell.await(limit - waited);
      } finally {
        wake.run();
      }
    }
    return true;
  }
}
