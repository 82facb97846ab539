// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Event;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * Delivers the rings that were over their rate, each when there is a token for it. The first such
 * ring starts a worker. It ends after a second in which none was delivered: a guest that rings a
 * little over its rate must not start a thread each time.
 *
 * <p>No ring is forgotten: a ring is queued, and the worker found or started, under the lock; the
 * worker looks at the queue and decides to end under it, too. A ring that is due before all others
 * wakes the worker.
 */
public final class DelayedBells {
  /** How long the worker waits for a late ring before it ends. */
  public static final long LINGER_NANOS = 1_000_000_000;

  private final BellCounters counters;
  private final HostServices host;
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

  /**
   * Begins with no ring and no worker.
   *
   * @param counters counts what becomes of rings
   */
  public DelayedBells(HostServices host, BellCounters counters) {
    this.counters = counters;
    this.host = host;
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
      task = startWorker();
    } else if (late.equals(queue.peek())) {
      task.wake();
    }
  }

  private Task startWorker() {
    return scheduler.start(
        "tombolo/doorbells",
        new Worker() {
          @Override
          public long step() {
            return DelayedBells.this.step();
          }

          @Override
          public boolean failed(String name, Throwable cause) {
            Failures.report(name, "a late ring is lost", cause);
            replaceWorker();
            return true;
          }
        });
  }

  /** One ring was lost, and the worker with it; the others are not. */
  private synchronized void replaceWorker() {
    task = null;
    if (!queue.isEmpty()) {
      task = startWorker();
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

  /**
   * A ring that waits.
   *
   * @param left nanoseconds until it is delivered; not positive if it is due
   * @param doorbell what was rung
   * @param dropped whether its target has left, so that it will only be counted
   */
  public record Late(long left, Doorbell doorbell, boolean dropped) {}

  /** Returns what waits, in the order in which it is due. */
  public List<Late> late() {
    List<Delayed> all;
    long now = clock.nanos();
    synchronized (this) {
      all = queue.stream().sorted(queue.comparator()).toList();
    }
    // Without our lock: the inboxes' come first.
    return all.stream()
        .map(
            each -> new Late(each.due - now, each.bell, !each.bell.to().inbox().reaches(each.bell)))
        .toList();
  }

  /** Returns a doorbell of nobody, for a restored ring whose target has left. */
  public Doorbell toNobody() {
    Inbox nobody = new Inbox("", host, this, counters, Inbox.Signal.NONE);
    Event nothing = new Event(Event.Kind.DOORBELL, 0, 0, 0, 0, 0);
    Bell left = new Bell(nobody, 0, false, 0, () -> nothing, _ -> {});
    nobody.close(left);
    return fromNobody(left);
  }

  /** Returns a doorbell of nobody, for a restored ring whose ringer has left. */
  public Doorbell fromNobody(Bell to) {
    return new Doorbell(to, new TokenBucket(DoorbellRate.DEFAULT, clock.nanos()));
  }

  /** Returns in how many nanoseconds the worker ends if nothing comes; -1 if there is none. */
  public synchronized long linger() {
    return task == null ? -1 : Math.max(idleSince + LINGER_NANOS - clock.nanos(), 0);
  }

  /**
   * Takes up what waited elsewhere; nothing waits here yet.
   *
   * @param late what {@link #late} returned, with the restored doorbells
   * @param linger what {@link #linger} returned, at most a second
   */
  public void restore(List<Late> late, long linger) {
    late.forEach(each -> each.doorbell.to().inbox().delay(each.doorbell));
    long now = clock.nanos();
    late.forEach(each -> add(now + each.left, each.doorbell));
    synchronized (this) {
      if (linger >= 0) {
        idleSince = now + linger - LINGER_NANOS;
        if (task == null) {
          task = startWorker();
        }
      }
    }
  }

  /** Returns when the worker is in no step; none begins before {@link #resume}. */
  public void pause() {
    @Nullable Task running = task();
    if (running != null) {
      running.pause();
    }
  }

  /**
   * Ends {@link #pause}. The worker takes a step, as that of a restored directory does: the two go
   * on in the same way.
   */
  public void resume() {
    @Nullable Task running = task();
    if (running != null) {
      running.resume();
      running.wake();
    }
  }

  private synchronized @Nullable Task task() {
    return task;
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
