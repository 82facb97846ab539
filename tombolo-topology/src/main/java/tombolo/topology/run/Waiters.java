// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import tombolo.machine.host.HostServices;

/**
 * The threads of the host that wait for something in a topology, and the one place where they park.
 * Thread-safe; {@link #changed} may be called by workers and with any lock held.
 *
 * <p>No wake-up is lost. A waiter enlists itself, then reads {@code changes}, then tests its
 * condition, and parks only if {@code changes} is still the same. Whoever makes the condition true
 * does so before it counts the change and unparks. So either the waiter's test sees it, or the
 * waiter sees another count, or it reads the count before the change and is unparked after that:
 * then its park returns at once. Between the last read and the park the waiter does nothing that
 * could use up the permit.
 */
public final class Waiters {
  private final HostServices host;

  private final List<Thread> waiting = new ArrayList<>(); // guarded by this
  private volatile long changes; // written with the monitor held

  /** Makes a place to wait by this host's clock and scheduler. */
  public Waiters(HostServices host) {
    this.host = host;
  }

  /** Has every waiter test its condition again. */
  public synchronized void changed() {
    changes++;
    waiting.forEach(host.scheduler()::unpark);
  }

  /**
   * Waits until a condition holds. For threads of the host, not for workers.
   *
   * @param condition is tested at once and after each change; takes no lock that is held by the
   *     caller of {@link #changed}
   * @param nanos how long at the most; Long.MAX_VALUE = without end
   * @return whether it holds; false if the time is over
   */
  public boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    long start = host.clock().nanos();
    Thread self = enlist();
    try {
      while (true) {
        long seen = changes;
        if (condition.getAsBoolean()) {
          return true;
        }
        long left =
            nanos == Long.MAX_VALUE ? Long.MAX_VALUE : nanos - (host.clock().nanos() - start);
        if (left <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (seen == changes) {
          host.scheduler().park(left);
        }
      }
    } finally {
      delist(self);
    }
  }

  /** Waits without end until a condition holds. An interrupt is kept for later. */
  public void awaitUninterruptibly(BooleanSupplier condition) {
    boolean interrupted = Thread.interrupted();
    while (true) {
      try {
        await(condition, Long.MAX_VALUE);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Thread enlist() {
    Thread self = Thread.currentThread();
    waiting.add(self);
    return self;
  }

  private synchronized void delist(Thread self) {
    waiting.remove(self);
  }
}
