// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.util.function.BooleanSupplier;

/**
 * Waits for one side of a ring, first by looking, then asleep. For one thread.
 *
 * <p>No wake-up is lost. A side says that it sleeps, with a fence behind it, then looks once more,
 * and only then waits for its bell. The other side makes something ready, with a fence behind it,
 * then looks whether this one sleeps. So one of the two sees the other. A ring between the last
 * look and the wait is kept by the bell. Each sleep has a number and is rung once, which is enough,
 * because only this side takes rings, and looks at the ring after each.
 */
final class Sleeper {
  private static final int LOOKS_BEFORE_TIME = 64;

  private final Waiting how;
  private final Bell bell;
  private final BooleanSupplier fallAsleep;
  private final Runnable wake;
  private final Backoff backoff = new Backoff();

  /** Looks of this wait, modulo 2³². */
  private int looks;

  private boolean waiting;
  private long since;
  private long limit;

  /**
   * @param fallAsleep says that this side sleeps; false if there is something to do, after all
   * @param wake says that it no longer does
   */
  Sleeper(Waiting how, Bell bell, BooleanSupplier fallAsleep, Runnable wake) {
    this.how = how;
    this.bell = bell;
    this.fallAsleep = fallAsleep;
    this.wake = wake;
  }

  /** A wait of so long at the most begins. */
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
   * There was nothing: waits a little, or until rung. False if the time is over, or the bell says
   * that something else has happened.
   *
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
