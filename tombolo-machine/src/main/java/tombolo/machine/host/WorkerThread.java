// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

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
 *
 * <h2>Why no step overlaps a pause</h2>
 *
 * <p>The thread sets {@code inStep}, then reads {@code paused}; {@link #pause} sets {@code paused},
 * then reads {@code inStep}. So at least one of them sees the other. The thread leaves a step by
 * clearing {@code inStep}, then reads {@code pauser}, which was set before.
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

  /**
   * How long a pause waits before it looks again; it is woken before that, unless it has an
   * interrupt.
   */
  private static final long PAUSE_LOOK_NANOS = 1_000_000;

  private final Worker worker;
  private final Clock clock;
  private final HaltPolling polling;
  private final Thread thread;
  private final BooleanSupplier notWoken = this::isNotWoken;

  @SuppressWarnings("unused") // by WOKEN
  private volatile boolean woken;

  private volatile boolean parked;

  private volatile boolean inStep;
  private volatile boolean paused;
  private volatile @Nullable Thread pauser;

  WorkerThread(String name, Worker worker, Clock clock, HaltPolling polling) {
    this.worker = worker;
    this.clock = clock;
    this.polling = polling;
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
  }

  private boolean isNotWoken() {
    return !(boolean) WOKEN.getVolatile(this);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void run() {
    try {
      while (true) {
        awaitResume();
        if ((boolean) WOKEN.getVolatile(this)) {
          WOKEN.getAndSet(this, false);
        }
        long until = worker.step();
        leaveStep();
        if (until == Worker.DONE) {
          return;
        }
        if (until != Worker.AGAIN) {
          await(until);
        }
      }
    } finally {
      leaveStep();
    }
  }

  /** Enters a step, but not while the worker is paused. */
  private void awaitResume() {
    inStep = true;
    while (paused) {
      leaveStep();
      LockSupport.park(this);
      Thread.interrupted();
      inStep = true;
    }
  }

  private void leaveStep() {
    inStep = false;
    Thread waiter = pauser;
    if (waiter != null) {
      LockSupport.unpark(waiter);
    }
  }

  @Override
  public void pause() {
    pauser = Thread.currentThread();
    paused = true;
    while (inStep) {
      LockSupport.parkNanos(this, PAUSE_LOOK_NANOS);
    }
    pauser = null;
  }

  @Override
  public void resume() {
    paused = false;
    LockSupport.unpark(thread);
  }

  private void await(long until) {
    if (!isNotWoken()) {
      return;
    }
    polling.poll(left(until), notWoken);
    parked = true;
    long left;
    while (isNotWoken() && (left = left(until)) > 0) {
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
    polling.woken(!isNotWoken());
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
