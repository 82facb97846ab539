// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * The threads of the host that wait for one thing to change: for output, a connection, a packet.
 * Workers never wait here; they return from their step.
 *
 * <p>Thread-safe. On a {@link SteppedHost} a waiting thread steps the workers.
 *
 * <h2>Why no change is missed</h2>
 *
 * <p>A waiter enters the list before it looks at its condition. Whoever changes something stores it
 * first and then calls {@link #tell}, which reads the list. Condition and change are guarded by one
 * lock, or volatile. So either the waiter sees the change, or it is in the list that {@code tell}
 * reads, and its next park returns at once.
 */
public final class Waiters {
  private final HostServices host;
  private final List<Thread> waiting = new CopyOnWriteArrayList<>();

  /** Makes an empty list of waiters, which use this clock and this scheduler. */
  public Waiters(HostServices host) {
    this.host = host;
  }

  /** Has every waiter look at its condition again. Any thread, with any lock held. */
  public void tell() {
    for (Thread thread : waiting) {
      host.scheduler().unpark(thread);
    }
  }

  /**
   * Waits until a condition holds. For threads of the host, with no lock held that a worker takes.
   *
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

  /**
   * Waits like {@link #await}, but returns on an interrupt, which stays set.
   *
   * @return whether the condition holds
   */
  public boolean awaitUnlessInterrupted(BooleanSupplier condition, long nanos) {
    Thread self = Thread.currentThread();
    boolean forever = nanos == Long.MAX_VALUE;
    long start = host.clock().nanos();
    waiting.add(self);
    try {
      while (!condition.getAsBoolean()) {
        long left = forever ? nanos : nanos - (host.clock().nanos() - start);
        if (left <= 0 || self.isInterrupted()) {
          return false;
        }
        host.scheduler().park(left);
      }
      return true;
    } finally {
      waiting.remove(self);
    }
  }
}
