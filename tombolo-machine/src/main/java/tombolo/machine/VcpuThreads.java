// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Scheduler;
import tombolo.machine.power.StopReason;

/**
 * The vCPU threads of one run of a VM, from boot to stop: one thread a vCPU, and the gate at which
 * they meet to be suspended, to be reset or to leave.
 *
 * <h2>Why no request is lost</h2>
 *
 * <p>A request is stored under the monitor's lock, then {@code attention} is set, then every vCPU
 * is kicked. A vCPU thread reads {@code attention} before each {@link Vcpu#run()}. If it reads the
 * new value, it goes to the gate. If it reads the old one, the kick comes after that read, so run()
 * comes back, at once if it has not begun, and the thread reads again. A kick that merges with an
 * earlier one still precedes the return that both cause.
 *
 * <h2>Why nothing deadlocks</h2>
 *
 * <p>vCPU threads wait only at the gate, and there only for each other or for the VM's owner to ask
 * for something; they never take the owner's lock. Whoever asks from outside holds the owner's lock
 * and waits for the vCPU threads. Devices ask by {@link #end} and {@link #reset}, which wait for
 * nobody. A device callback that blocks holds up its own VM until it is interrupted, see {@link
 * #awaitEnd}.
 */
final class VcpuThreads {
  private static final System.Logger LOG = System.getLogger(VcpuThreads.class.getName());
  private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

  // How long a device callback may go on when its VM ends before its thread is interrupted.
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private final String vmName;
  private final List<? extends Vcpu> vcpus;
  private final ExitDispatch dispatch;
  private final StateMonitor monitor;
  private final Runnable load;
  private final Consumer<StopReason> ended;

  // Whether a vCPU thread has to look at the gate; written under the monitor's lock.
  private volatile boolean attention;

  // Guarded by the monitor's lock.
  private boolean pause;
  private boolean reset;
  private @Nullable StopReason ending;
  private int live;
  private int parked;
  private boolean over;

  // Guarded by the lock of the VM's owner.
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param load puts the image into memory and the vCPUs to their start, while no vCPU runs
   * @param ended is told why, by the last thread, before the state is STOPPED
   */
  VcpuThreads(
      String vmName,
      List<? extends Vcpu> vcpus,
      ExitDispatch dispatch,
      StateMonitor monitor,
      Runnable load,
      Consumer<StopReason> ended) {
    this.vmName = vmName;
    this.vcpus = vcpus;
    this.dispatch = dispatch;
    this.monitor = monitor;
    this.load = load;
    this.ended = ended;
  }

  /** The name of the VM whose vCPU the calling thread runs, or null. */
  static @Nullable String currentVm() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /** Starts the threads. The state is RUNNING then, unless somebody was quick to end the run. */
  void start(Scheduler scheduler) {
    monitor.lock();
    live = vcpus.size();
    if (ending == null && !reset) {
      monitor.change(VmState.RUNNING);
    }
    monitor.unlock();
    try {
      for (Vcpu vcpu : vcpus) {
        String name = vmName + "/vcpu" + vcpu.index();
        threads.add(
            scheduler.startThread(
                name, () -> ScopedValue.where(CURRENT, vmName).run(() -> loop(vcpu))));
      }
    } catch (RuntimeException | Error e) {
      end(new StopReason.InternalFailure("the host gave no thread for a vCPU", e));
      left(vcpus.size() - threads.size());
      throw e;
    } finally {
      monitor.tell();
    }
  }

  private void loop(Vcpu vcpu) {
    try {
      while (!attention || mayRun()) {
        dispatch.handle(vcpu, vcpu.run());
      }
    } catch (ExitDispatch.DeviceFailure e) {
      fail(vcpu, String.valueOf(e.getMessage()), e.getCause() == null ? e : e.getCause());
    } catch (Throwable e) {
      fail(vcpu, "the accelerator failed", e);
    } finally {
      left(1);
    }
  }

  private void fail(Vcpu vcpu, String where, Throwable cause) {
    String what = "vCPU %d: %s".formatted(vcpu.index(), where);
    LOG.log(System.Logger.Level.ERROR, vmName + ": " + what, cause);
    end(new StopReason.InternalFailure(what, cause));
  }

  /** The gate: waits as long as the VM is suspended or being reset; false if it ends. */
  private boolean mayRun() {
    monitor.lock();
    parked++;
    try {
      while (true) {
        if (ending != null) {
          return false;
        }
        boolean last = parked == live;
        if (reset && last && monitor.state() == VmState.STOPPING) {
          loadAgain();
        } else if (reset) {
          await();
        } else if (pause) {
          if (last) {
            monitor.change(VmState.SUSPENDED);
          }
          await();
        } else {
          return true;
        }
      }
    } finally {
      parked--;
      monitor.unlock();
      monitor.tell();
    }
  }

  private void await() {
    monitor.await(Long.MAX_VALUE);
    // An interrupt was meant for a device callback that has ended by itself.
    Thread.interrupted();
  }

  /**
   * Done by the last thread that has come to the gate, for all of them. The state LOADING keeps the
   * others from doing it too; the lock is free meanwhile, so that requests don't wait.
   */
  private void loadAgain() {
    monitor.change(VmState.LOADING);
    monitor.unlock();
    @Nullable Throwable failure = null;
    try {
      monitor.tell();
      load.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, vmName + ": reset failed", e);
      failure = e;
    } finally {
      monitor.lock();
    }
    reset = false;
    if (failure != null && ending == null) {
      ending = new StopReason.InternalFailure("reset failed", failure);
    }
    if (ending != null) {
      monitor.change(VmState.STOPPING);
    } else {
      monitor.change(VmState.LOADED);
      monitor.change(VmState.RUNNING);
      attention = pause;
    }
  }

  private void left(int count) {
    monitor.lock();
    live -= count;
    boolean last = live == 0;
    StopReason reason = Objects.requireNonNull(ending);
    monitor.unlock();
    if (!last) {
      return;
    }
    try {
      ended.accept(reason);
    } finally {
      monitor.lock();
      over = true;
      monitor.change(VmState.STOPPED);
      monitor.unlock();
      monitor.tell();
    }
  }

  /**
   * Has every thread leave, for this reason unless there was one before. Any thread; never waits.
   */
  void end(StopReason reason) {
    monitor.lock();
    try {
      if (ending != null) {
        return;
      }
      ending = reason;
      attention = true;
      monitor.change(VmState.STOPPING);
    } finally {
      monitor.unlock();
    }
    kickAll();
    monitor.tell();
  }

  /**
   * Has the VM load its image anew and run on. Any thread; never waits; nothing if it is ending.
   */
  void reset(boolean resume) {
    monitor.lock();
    try {
      if (ending != null) {
        return;
      }
      pause &= !resume;
      if (!reset) {
        reset = true;
        attention = true;
        monitor.change(VmState.STOPPING);
      }
    } finally {
      monitor.unlock();
    }
    kickAll();
    monitor.tell();
  }

  /** Has every thread come to the gate and stay there. Never waits. */
  void pause() {
    monitor.lock();
    pause = true;
    attention = true;
    monitor.unlock();
    kickAll();
  }

  /** Takes {@link #pause} back. */
  void resume() {
    monitor.lock();
    pause = false;
    attention = reset || ending != null;
    if (!attention) {
      monitor.change(VmState.RUNNING);
    }
    monitor.unlock();
    monitor.tell();
  }

  private void kickAll() {
    vcpus.forEach(Vcpu::kick);
  }

  /** Why the run ended, or null while it has not. */
  @Nullable StopReason outcome() {
    monitor.lock();
    try {
      return over ? ending : null;
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Waits until the VM is suspended, if it is to be, or runs, if it is to run, and no reset is due.
   * Not for vCPU threads.
   *
   * @return SUSPENDED or RUNNING, or null if the run ends or has ended
   */
  @Nullable VmState awaitSettled() {
    boolean interrupted = false;
    monitor.lock();
    try {
      while (ending == null) {
        VmState wanted = pause ? VmState.SUSPENDED : VmState.RUNNING;
        if (!reset && monitor.state() == wanted) {
          return wanted;
        }
        monitor.await(Long.MAX_VALUE);
        interrupted |= Thread.interrupted();
      }
      return null;
    } finally {
      monitor.unlock();
      restore(interrupted);
      monitor.tell();
    }
  }

  /**
   * Waits until every thread of an ending run has left and ended; interrupts those that a device
   * callback holds. For the VM's owner, whose lock the caller holds.
   */
  void awaitEnd(Clock clock) {
    boolean interrupted = false;
    long patienceEnds = clock.nanos() + PATIENCE_NANOS;
    monitor.lock();
    try {
      while (!over) {
        long left = patienceEnds - clock.nanos();
        if (left > 0) {
          monitor.await(left);
          interrupted |= Thread.interrupted();
        } else {
          threads.forEach(Thread::interrupt);
          patienceEnds = clock.nanos() + PATIENCE_NANOS;
        }
      }
    } finally {
      monitor.unlock();
      monitor.tell();
    }
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    restore(interrupted);
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
