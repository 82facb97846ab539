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
 * <p>The thread is active while it steps or polls for a wake. It clears {@code active} only before
 * it parks, because a store that others must see in order costs as much as a short step.
 *
 * <h2>Why no wake is lost</h2>
 *
 * <p>{@link #wake} sets {@code woken}, then reads {@code active}. The thread clears {@code woken}
 * before a step, steps, clears {@code active}, then reads {@code woken}, and parks only if it is
 * false. All of it is sequentially consistent. So a wake that comes before the clearing of {@code
 * woken} has its effect in the step, which sees what the waker stored because the clearing reads
 * the waker's store; one that comes later is seen by the thread's last look, or the waker sees that
 * the thread is about to park and unparks it.
 *
 * <h2>Why no step overlaps a pause</h2>
 *
 * <p>The thread sets {@code active}, then reads {@code paused} before each step; {@link #pause}
 * sets {@code paused}, then reads {@code active} until it is false. So at least one of them sees
 * the other. The thread clears {@code active}, then reads {@code pauser}, which was set before.
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

  private final String name;
  private final Worker worker;
  private final Clock clock;
  private final HaltPolling polling;
  private final Thread thread;
  private final BooleanSupplier calm = this::isCalm;

  @SuppressWarnings("unused") // by WOKEN
  private volatile boolean woken;

  private volatile boolean active;
  private volatile boolean paused;
  private volatile @Nullable Thread pauser;

  WorkerThread(String name, Worker worker, Clock clock, HaltPolling polling) {
    this.name = name;
    this.worker = worker;
    this.clock = clock;
    this.polling = polling;
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
  }

  private boolean isCalm() {
    return isNotWoken() && !paused;
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
    active = true;
    try {
      while (true) {
        if (paused) {
          awaitResume();
        }
        if (!isNotWoken()) {
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
    } catch (Throwable e) {
      if (!Failures.tell(name, worker, e)) {
        throw e;
      }
    } finally {
      becomeInactive();
    }
  }

  private void awaitResume() {
    while (paused) {
      becomeInactive();
      LockSupport.park(this);
      Thread.interrupted();
      active = true;
    }
  }

  private void becomeInactive() {
    active = false;
    Thread waiter = pauser;
    if (waiter != null) {
      LockSupport.unpark(waiter);
    }
  }

  @Override
  public void pause() {
    pauser = Thread.currentThread();
    paused = true;
    while (active) {
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
    if (!isNotWoken() || (polling.poll(left(until), calm) && !isNotWoken())) {
      return;
    }
    becomeInactive();
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
    active = true;
    polling.parked(!isNotWoken());
  }

  private long left(long until) {
    return until == Worker.UNTIL_WOKEN ? Long.MAX_VALUE : until - clock.nanos();
  }

  @Override
  public void wake() {
    WOKEN.setVolatile(this, true);
    if (!active) {
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
