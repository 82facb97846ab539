// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import io.aeron.driver.Configuration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * An idle strategy for Aeron's media driver that sleeps between two turns, and backs off by Aeron's
 * default otherwise. By default the driver looks for work a thousand times a second, which would
 * disturb the contender that has the turn.
 *
 * <p>The driver's thread idles; any thread may call {@link #wake} and {@link #rest}. A wake-up is
 * not lost: the driver reads {@code resting} after it has published its thread, and an unpark
 * before its park makes that return at once.
 */
final class RestingIdleStrategy implements IdleStrategy {
  /** Well below the 10 s after which Aeron's clients take a driver for dead. */
  private static final long NAP = TimeUnit.MILLISECONDS.toNanos(100);

  private final IdleStrategy awake =
      new BackoffIdleStrategy(
          Configuration.IDLE_MAX_SPINS,
          Configuration.IDLE_MAX_YIELDS,
          Configuration.IDLE_MIN_PARK_NS,
          Configuration.IDLE_MAX_PARK_NS);
  private volatile @Nullable Thread driver;
  private volatile boolean resting;

  @Override
  public void idle(int workCount) {
    driver = Thread.currentThread();
    if (resting) {
      LockSupport.parkNanos(this, NAP);
    } else {
      awake.idle(workCount);
    }
  }

  @Override
  public void idle() {
    idle(0);
  }

  @Override
  public void reset() {
    awake.reset();
  }

  void wake() {
    resting = false;
    LockSupport.unpark(driver);
  }

  void rest() {
    resting = true;
  }
}
