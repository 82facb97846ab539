// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * Where a VM's threads come from and how they wait, so that a whole topology can later run on one
 * thread from one seed. No library code starts or parks a thread by other means.
 */
public interface Scheduler {
  /** Starts a platform thread with this name that runs the body once. */
  Thread start(String name, Runnable body);

  /**
   * Waits until {@link #unpark} is called for this thread, or about that long, or spuriously;
   * returns at once if unpark came first. The caller checks its condition in a loop.
   *
   * @param nanos how long at the most, by the VM's {@link Clock}; Long.MAX_VALUE = without end
   */
  void park(long nanos);

  /** Ends the thread's present park, or its next one. Any thread. */
  void unpark(Thread thread);

  /** Platform threads of the host. */
  static Scheduler system() {
    return SystemScheduler.INSTANCE;
  }
}
