// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * Delivers the rings that were over their rate when a token is there. A worker of the directory,
 * which the first such ring starts and which ends after a second in which none was delivered: a
 * guest that rings a little over its rate must not start a thread each time.
 *
 * <p>No ring is forgotten: a ring is queued, and the worker found or started, under the lock; the
 * worker looks at the queue and decides to end under it, too. A ring that is due before all others
 * wakes the worker.
 */
public final class DelayedBells {
  private static final long LINGER_NANOS = 1_000_000_000;

  private final Clock clock;
  private final Scheduler scheduler;

  // Guarded by this.
  private final PriorityQueue<Delayed> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Delayed::due).thenComparingLong(Delayed::number));
  private long added;
  private @Nullable Task task;
  private boolean closed;

  /** When a ring was last delivered; of interest while none waits. */
  private long idleSince;

  /** Numbered, so that of those that are due at once the first one comes first. */
  private record Delayed(long due, long number, Doorbell bell) {}

  /** Nothing waits, and no worker runs. */
  public DelayedBells(HostServices host) {
    this.clock = host.clock();
    this.scheduler = host.scheduler();
  }

  /** Queues a ring until a time of the clock. Called with the receiver's inbox locked. */
  synchronized void add(long due, Doorbell bell) {
    if (closed) {
      return;
    }
    Delayed late = new Delayed(due, added++, bell);
    queue.add(late);
    if (task == null) {
      task = scheduler.start("tombolo/doorbells", this::step);
    } else if (queue.peek() == late) {
      task.wake();
    }
  }

  private long step() {
    Delayed due;
    synchronized (this) {
      long now = clock.nanos();
      @Nullable Delayed next = queue.peek();
      if (closed || (next == null && now - idleSince >= LINGER_NANOS)) {
        task = null;
        return Worker.DONE;
      }
      if (next == null) {
        return idleSince + LINGER_NANOS;
      }
      if (next.due > now) {
        return next.due;
      }
      due = next;
      queue.remove();
      idleSince = now;
    }
    // Without our lock: the inbox's comes first.
    due.bell.to().inbox().deliverDelayed(due.bell);
    return Worker.AGAIN;
  }

  /** Drops what waits and ends the worker. */
  public synchronized void close() {
    closed = true;
    queue.clear();
    if (task != null) {
      task.wake();
    }
  }
}
