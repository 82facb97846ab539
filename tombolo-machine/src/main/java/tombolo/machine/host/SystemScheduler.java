// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives each worker a daemon platform thread, which parks by LockSupport.
 *
 * @param clock the clock by which workers return how long they can wait
 */
record SystemScheduler(Clock clock) implements Scheduler {
  static final SystemScheduler HOST = new SystemScheduler(Clock.system());

  /**
   * A vCPU that has a thread of its own comes back for interrupts and requests, so this only bounds
   * how long a loop of guest code goes on in one call (HotSpot compiles a loop that is entered anew
   * sooner than one that never returns).
   */
  private static final long BUDGET = 1 << 20;

  /** Shared by all workers that poll, for they share the host's processors. */
  private static final Semaphore POLLING_ROOM =
      HaltPolling.room(Runtime.getRuntime().availableProcessors());

  @Override
  public Task task(String name, Idle idle, Worker worker) {
    return new WorkerThread(
        name,
        worker,
        clock,
        new HaltPolling(Clock.system(), idle == Idle.POLL ? POLLING_ROOM : HaltPolling.room(1)));
  }

  @Override
  public void park(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(this);
    } else if (nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  @Override
  public void unpark(Thread thread) {
    LockSupport.unpark(thread);
  }

  @Override
  public long budget() {
    return BUDGET;
  }
}
