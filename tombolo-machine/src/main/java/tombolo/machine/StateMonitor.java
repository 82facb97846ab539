// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import tombolo.machine.host.Failures;
import tombolo.machine.host.Scheduler;

/**
 * A VM's state, the lock that guards it, those who wait for a change and those who are told of it.
 *
 * <p>The lock is held for a few instructions at a time and never while a device, a vCPU or a
 * listener is called, so taking it counts as not blocking.
 *
 * <p>Waiters park by the VM's scheduler. No wake-up is lost: a waiter enlists itself and tests its
 * condition under the lock, and whoever changes a condition unparks all waiters under the lock. So
 * the unpark comes after the waiter's test; if it comes before its park, then the park returns at
 * once, because between unlocking and parking the waiter does nothing that could use up the permit.
 *
 * <p>{@link #change} and {@link #tell} allocate nothing and throw nothing: a VM that ends because
 * there is no memory left must still come to its end.
 */
final class StateMonitor {
  /**
   * The most changes that wait for a slow listener, while a guest resets itself over and over. Of
   * more than that the oldest are never told.
   */
  static final int MOST_UNTOLD = 64;

  private final Scheduler scheduler;
  private final ReentrantLock lock = new ReentrantLock();

  /** Never changed, but replaced. */
  private volatile VmListener[] listeners = {};

  private volatile VmState state = VmState.LOADING;

  // Guarded by lock.
  private final List<Thread> waiters = new ArrayList<>();
  private final ArrayDeque<VmState> untold = new ArrayDeque<>(MOST_UNTOLD);
  private boolean telling;

  StateMonitor(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  VmState state() {
    return state;
  }

  synchronized void listen(VmListener listener) {
    VmListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
    more[more.length - 1] = listener;
    listeners = more;
  }

  void lock() {
    lock.lock();
  }

  /** Unlocks; whoever has changed the state calls {@link #tell} soon afterwards. */
  void unlock() {
    lock.unlock();
  }

  /** Changes the state and wakes everybody. Lock held. */
  void change(VmState next) {
    if (next != state) {
      state = next;
      if (untold.size() == MOST_UNTOLD) {
        untold.remove();
      }
      untold.add(next);
    }
    wakeAll();
  }

  /** Has every waiter test its condition again. Lock held. */
  void wakeAll() {
    for (int i = 0; i < waiters.size(); i++) {
      scheduler.unpark(waiters.get(i));
    }
  }

  /**
   * Gives up the lock until somebody calls {@link #wakeAll}, for about that long at the most, or
   * for no reason at all. Lock held, and again on return. Returns early on an interrupt, which
   * stays.
   *
   * @param nanos Long.MAX_VALUE = without end
   */
  void await(long nanos) {
    if (!untold.isEmpty() && !telling) {
      // Listeners may use up a permit, so tell them first and then test the condition again.
      lock.unlock();
      try {
        tell();
      } finally {
        lock.lock();
      }
      return;
    }
    Thread self = Thread.currentThread();
    waiters.add(self);
    lock.unlock();
    try {
      scheduler.park(nanos);
    } finally {
      lock.lock();
      waiters.remove(self);
    }
  }

  /**
   * Tells the listeners what they don't know yet, unless another thread is doing it. Lock not held.
   */
  void tell() {
    while (true) {
      VmState next;
      lock.lock();
      try {
        if (telling || untold.isEmpty()) {
          return;
        }
        next = untold.remove();
        telling = true;
      } finally {
        lock.unlock();
      }
      for (VmListener listener : listeners) {
        tell(listener, next);
      }
      doneTelling();
    }
  }

  private void doneTelling() {
    lock.lock();
    try {
      telling = false;
    } finally {
      lock.unlock();
    }
  }

  private static void tell(VmListener listener, VmState next) {
    try {
      listener.stateChanged(next);
    } catch (Throwable e) {
      Failures.log("a listener of a VM's state", "failed", e);
    }
  }
}
