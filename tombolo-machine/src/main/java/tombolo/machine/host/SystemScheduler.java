// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.concurrent.locks.LockSupport;

/** Daemon platform threads, parked by LockSupport. */
enum SystemScheduler implements Scheduler {
  INSTANCE;

  @Override
  public Thread start(String name, Runnable body) {
    return Thread.ofPlatform().name(name).daemon(true).start(body);
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
}
