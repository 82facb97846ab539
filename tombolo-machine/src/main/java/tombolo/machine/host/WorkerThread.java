// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A worker with a thread of its own.
 *
 * <h2>Why no wake is lost</h2>
 *
 * <p>{@link #wake} sets {@code woken}, then reads {@code parked}. The thread clears {@code woken}
 * before a step, steps, sets {@code parked}, then reads {@code woken}, and parks only if it is
 * false. All of it is sequentially consistent. So a wake that comes before the clearing has its
 * effect in the step, which sees what the waker stored because the clearing reads the waker's
 * store; one that comes later is seen by the thread's last look, or the waker sees that the thread
 * is about to park and unparks it.
 */
final class WorkerThread implements Task, Runnable {
  private static final VarHandle WOKEN;

  static {
    try {
      WOKEN = MethodHandles.lookup().findVarHandle(WorkerThread.class, "woken", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Worker worker;
  private final Clock clock;
  private final HaltPolling polling;
  private final Thread thread;
  private final BooleanSupplier notWoken = () -> !(boolean) WOKEN.getVolatile(this);

  @SuppressWarnings("unused") // by WOKEN
  private volatile boolean woken;

  private volatile boolean parked;

  WorkerThread(String name, Worker worker, Clock clock, HaltPolling polling) {
    this.worker = worker;
    this.clock = clock;
    this.polling = polling;
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (true) {
      if ((boolean) WOKEN.getVolatile(this)) {
        WOKEN.getAndSet(this, false);
      }
      long until = worker.step();
      if (until == Worker.DONE) {
        return;
      }
      if (until != Worker.AGAIN) {
        await(until);
      }
    }
  }

  private void await(long until) {
    if (!notWoken.getAsBoolean()) {
      return;
    }
    polling.poll(left(until), notWoken);
    parked = true;
    long left;
    while (notWoken.getAsBoolean() && (left = left(until)) > 0) {
      if (left == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        break; // meant for a call that has ended by itself; a step more does no harm
      }
    }
    parked = false;
    polling.woken(!notWoken.getAsBoolean());
  }

  private long left(long until) {
    return until == Worker.UNTIL_WOKEN ? Long.MAX_VALUE : until - clock.nanos();
  }

  @Override
  public void wake() {
    WOKEN.setVolatile(this, true);
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void interrupt() {
    thread.interrupt();
  }

  @Override
  public boolean hasEnded() {
    return thread.getState() == Thread.State.TERMINATED;
  }

  @Override
  public void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
