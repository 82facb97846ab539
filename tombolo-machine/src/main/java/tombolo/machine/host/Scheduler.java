// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * Runs workers, and lets threads of the host wait for them. The system scheduler gives each worker
 * a thread; {@link SteppedHost} steps all workers on the thread of whoever waits. No library code
 * starts, parks or spins a thread by other means. Thread-safe.
 */
public interface Scheduler {
  /** How a worker waits between two steps. */
  enum Idle {
    /** Gives its processor up at once. */
    PARK,
    /** Looks for a wake for a few microseconds first, where that has paid lately: for vCPUs. */
    POLL
  }

  /**
   * Makes a task of a worker; {@link Task#start} starts it.
   *
   * @param name for messages and the thread, if it gets one of its own
   */
  Task task(String name, Idle idle, Worker worker);

  /** Makes and starts a task that parks between steps. */
  default Task start(String name, Worker worker) {
    Task task = task(name, Idle.PARK, worker);
    task.start();
    return task;
  }

  /**
   * Waits until {@link #unpark} is called for this thread, or about that long, or spuriously;
   * returns at once if unpark came first, and early if the thread is interrupted. The caller checks
   * its condition in a loop. For threads of the host only, with no lock held that a worker takes:
   * workers return from their step instead.
   *
   * @param nanos how long at the most, by the {@link Clock}; Long.MAX_VALUE = without end
   */
  void park(long nanos);

  /** Ends the thread's present park, or its next one. Any thread. */
  void unpark(Thread thread);

  /**
   * Returns how many instructions a vCPU may run in its next step; at least 1. A scheduler of one
   * thread says few.
   */
  default long budget() {
    return 1 << 20;
  }

  /**
   * Notes what a vCPU has retired in the present step: on a scheduler of one thread, instructions
   * take virtual time. Called by the vCPU's worker.
   */
  default void retired(long instructions) {}

  /** Returns whether a vCPU's step ends behind the exit that it has just handled. */
  default boolean endsStepAtExit() {
    return false;
  }

  /**
   * Returns whether a step may block in a call of the host. False where all workers share one
   * thread: there a worker that serves the host does what it can without blocking, and comes back.
   */
  default boolean stepsMayBlock() {
    return true;
  }

  /** Returns the scheduler of the host's threads, for services with the host's clock. */
  static Scheduler system() {
    return SystemScheduler.HOST;
  }

  /**
   * Returns a scheduler of the host's threads for services with another clock. The clock runs as
   * fast as the host's, or its owner wakes workers whose time has come.
   */
  static Scheduler system(Clock clock) {
    return new SystemScheduler(clock);
  }
}
