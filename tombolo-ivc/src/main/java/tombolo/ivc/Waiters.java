// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.bell.Inbox;
import tombolo.machine.host.HostServices;

/**
 * The threads of the host that wait for something at one endpoint. All waits of this module are
 * here, and go through the scheduler: where it has no threads for workers, whoever waits steps
 * them.
 *
 * <p>No wake-up is lost: a thread enlists itself, then tries, then parks; whoever makes something
 * available does so first and unparks afterwards, so an unpark that comes between the attempt and
 * the park ends the park at once. Thread-safe.
 */
final class Waiters implements Inbox.Signal {
  private final HostServices host;
  private final Set<Thread> threads = new CopyOnWriteArraySet<>();
  private volatile Runnable signal = () -> {};

  Waiters(HostServices host) {
    this.host = host;
  }

  /**
   * Tries until there is something, or the time or everything is over.
   *
   * @param limit how long at the most, by the host's clock
   * @param over whether there is nothing more to wait for
   * @return what there is, or null
   * @throws InterruptedException if the thread is interrupted
   */
  <T> @Nullable T await(Supplier<@Nullable T> attempt, Duration limit, BooleanSupplier over)
      throws InterruptedException {
    long end = host.clock().nanos() + limit.toNanos();
    threads.add(Thread.currentThread());
    try {
      while (true) {
        @Nullable T found = attempt.get();
        long left = end - host.clock().nanos();
        if (found != null || left <= 0 || over.getAsBoolean()) {
          return found;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        host.scheduler().park(left);
      }
    } finally {
      threads.remove(Thread.currentThread());
    }
  }

  /** Returns whether a thread waits. */
  boolean any() {
    return !threads.isEmpty();
  }

  @Override
  public void changed(boolean bells, boolean events) {
    threads.forEach(host.scheduler()::unpark);
    signal.run();
  }

  /** Has something called whenever threads are woken; see {@link HostEndpoint#onSignal}. */
  void onSignal(Runnable other) {
    signal = other;
  }

  @Override
  public void pulse() {
    throw new IllegalStateException("a host endpoint joins nothing by hypercall");
  }
}
