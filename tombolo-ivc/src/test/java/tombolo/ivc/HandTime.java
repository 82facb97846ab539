// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Scheduler;

/**
 * Time that goes on only when a test says so, and a scheduler whose one thread (that for late
 * doorbells) is the test's own: it runs when time goes on, and where it would park it comes back.
 */
final class HandTime implements Clock, Scheduler {
  @Override
  public tombolo.machine.host.Task task(
      String name, Idle idle, tombolo.machine.host.Worker worker) {
    throw new UnsupportedOperationException(name);
  }

  private long now;
  private @Nullable Runnable body;

  private static final class Parked extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Parked() {
      super(null, null, false, false);
    }
  }

  @Override
  public long nanos() {
    return now;
  }

  /** Lets time go on, and everything happen that is due by then. */
  void advance(long nanos) {
    now += nanos;
    @Nullable Runnable due = body;
    if (due != null) {
      try {
        body = null;
        due.run();
      } catch (Parked parked) {
        body = due;
      }
    }
  }

  /** Whether a thread was started that has not ended. */
  boolean hasThread() {
    return body != null;
  }

  @Override
  public Thread startThread(String name, Runnable run) {
    if (body != null) {
      throw new AssertionError("a second thread");
    }
    body = run;
    return Thread.currentThread();
  }

  @Override
  public void park(long nanos) {
    throw new Parked();
  }

  @Override
  public void unpark(Thread thread) {}
}
