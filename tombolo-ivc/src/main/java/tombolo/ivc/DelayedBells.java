// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Scheduler;

/**
 * Delivers the rings that were over their rate when a token is there. One thread for a directory,
 * which is started by the first such ring and ends when for a while none has come: a guest that
 * rings a little over its rate must not cost a thread each time.
 *
 * <p>No ring is forgotten: a ring is queued, and the thread found or started, under the lock; the
 * thread looks at the queue and decides to end under it, too. It parks outside, and who adds a ring
 * that is due earlier unparks it.
 */
final class DelayedBells {
  private static final long LINGER_NANOS = 1_000_000_000;

  private final Clock clock;
  private final Scheduler scheduler;

  // Guarded by this.
  private final PriorityQueue<Delayed> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Delayed::due).thenComparingLong(Delayed::number));
  private long added;
  private @Nullable Thread thread;
  private boolean started;
  private boolean closed;

  /** When a ring was last delivered; of interest while none waits. */
  private long idleSince;

  /** Numbered, so that of those that are due at once the first one comes first. */
  private record Delayed(long due, long number, Doorbell bell) {}

  DelayedBells(Clock clock, Scheduler scheduler) {
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Has a ring delivered at a time of the clock. Called with the receiver's inbox locked. */
  synchronized void add(long due, Doorbell bell) {
    if (closed) {
      return;
    }
    queue.add(new Delayed(due, added++, bell));
    if (!started) {
      started = true;
      scheduler.startThread("tombolo/doorbells", this::run);
    } else if (thread != null) {
      scheduler.unpark(thread);
    }
  }

  private void run() {
    while (true) {
      @Nullable Delayed next;
      long left;
      synchronized (this) {
        thread = Thread.currentThread();
        long now = clock.nanos();
        next = queue.peek();
        if (closed || (next == null && now - idleSince >= LINGER_NANOS)) {
          thread = null;
          started = false;
          return;
        }
        left = next == null ? LINGER_NANOS - (now - idleSince) : next.due - now;
        if (next != null && left <= 0) {
          queue.remove();
          idleSince = now;
        }
      }
      if (next != null && left <= 0) {
        // Without our lock: the inbox's comes first.
        next.bell.to.endpoint.inbox.deliverDelayed(next.bell);
      } else {
        scheduler.park(left);
      }
    }
  }

  /** Drops what waits and ends the thread. */
  synchronized void close() {
    closed = true;
    queue.clear();
    if (thread != null) {
      scheduler.unpark(thread);
    }
  }
}
