// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The threads of the host that wait for one thing to change: for output, a connection, an end.
 * Workers never wait here; they return from their step.
 *
 * <p>Thread-safe. On a {@link SteppedHost} a waiting thread steps the workers.
 *
 * <h2>Why no change is missed</h2>
 *
 * <p>A waiter enlists itself, then reads {@code changes}, then tests its condition, and parks only
 * if {@code changes} is still the same. Whoever makes the condition true does so before {@link
 * #tell} counts the change and unparks. So the waiter's test sees the change, or the waiter sees
 * another count, or it is unparked after it read the count, and its park returns at once. Testing a
 * condition may use up such a permit, but then the count is another one; between the last read and
 * the park the waiter does nothing that could.
 */
public final class Waiters {
  private final HostServices host;

  private final List<Thread> waiting = new ArrayList<>(); // guarded by this
  private volatile long changes; // written with the monitor held

  /** Makes an empty list of waiters, which use this clock and this scheduler. */
  public Waiters(HostServices host) {
    this.host = host;
  }

  /**
   * Has every waiter test its condition again. Any thread, with any lock held. Needs no memory, so
   * that whoever waits for an end hears of one that has come because there is none left.
   */
  public synchronized void tell() {
    changes++;
    for (int i = 0; i < waiting.size(); i++) {
      host.scheduler().unpark(waiting.get(i));
    }
  }

  /**
   * Waits until a condition holds. For threads of the host, with no lock held that a worker takes.
   *
   * @param condition is tested at once and after each change
   * @param nanos how long at the most; Long.MAX_VALUE = without end
   * @return whether the condition holds
   * @throws InterruptedException if the thread is interrupted, now or meanwhile
   */
  public boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    boolean holds = awaitUnlessInterrupted(condition, nanos);
    if (!holds && Thread.interrupted()) {
      throw new InterruptedException();
    }
    return holds;
  }

  /** Waits without end until a condition holds. An interrupt is kept for later. */
  public void awaitUninterruptibly(BooleanSupplier condition) {
    boolean interrupted = false;
    while (!awaitUnlessInterrupted(condition, Long.MAX_VALUE)) {
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits like {@link #await}, but returns on an interrupt, which stays set.
   *
   * @return whether the condition holds
   */
  public boolean awaitUnlessInterrupted(BooleanSupplier condition, long nanos) {
    Thread self = Thread.currentThread();
    long start = host.clock().nanos();
    enlist(self);
    try {
      while (true) {
        long seen = changes;
        if (condition.getAsBoolean()) {
          return true;
        }
        long left =
            nanos == Long.MAX_VALUE ? Long.MAX_VALUE : nanos - (host.clock().nanos() - start);
        if (left <= 0 || self.isInterrupted()) {
          return false;
        }
        if (seen == changes) {
          host.scheduler().park(left);
        }
      }
    } finally {
      delist(self);
    }
  }

  private synchronized void enlist(Thread self) {
    waiting.add(self);
  }

  private synchronized void delist(Thread self) {
    waiting.remove(self);
  }
}
