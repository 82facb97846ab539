// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.power.StopReason;

/**
 * The vCPUs of one run of a VM, from boot to stop: one worker a vCPU, and the gate at which they
 * meet to be suspended, to be reset or to leave. A worker at the gate does not wait in its step; it
 * returns from it, and is woken when the gate opens.
 *
 * <h2>Why no request is lost</h2>
 *
 * <p>A request is stored under the monitor's lock, then {@code attention} is set, then every vCPU
 * is kicked, which also wakes its worker. A worker reads {@code attention} before each {@link
 * Vcpu#run}. If it reads the new value, it goes to the gate. If it reads the old one, the kick
 * comes after that read, so run() comes back, at once if it has not begun, and the worker reads
 * again. A kick that merges with an earlier one still precedes the return that both cause. A worker
 * that waits, at the gate or for an interrupt, is stepped again because it was woken.
 *
 * <p>A worker that leaves its step at the gate has found it closed under the lock. Whoever opens it
 * changes that under the lock and wakes all workers afterwards, so a worker that found it closed is
 * woken later.
 *
 * <h2>Why nothing deadlocks</h2>
 *
 * <p>A step waits for no other vCPU, and never takes the owner's lock. Whoever asks from outside
 * holds the owner's lock and waits for the workers. Devices ask by {@link #end} and {@link #reset},
 * which wait for nobody. A device callback that blocks holds up its own VM until it is interrupted,
 * see {@link #awaitEnd}.
 *
 * <h2>Why a failure ends the run and nothing else</h2>
 *
 * <p>Whatever a step throws, an OutOfMemoryError among it, stays in the step: {@link Member#fail}
 * gives the run its end, {@link #left} counts the worker out. Neither throws, nor needs memory for
 * anything but words. So the run always comes to its end, with a reason, and with the monitor free.
 */
final class VcpuWorkers {
  /**
   * Of which VM the calling thread steps a vCPU. Not a ScopedValue, because each step would pay for
   * its binding.
   */
  private static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

  /** How long a device callback may go on when its VM ends before it is interrupted. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  /** Returned by the gate: it is open. No step returns this. */
  private static final long OPEN = 0;

  /** The reason of a run that ends because of a failure that can't be described; made in time. */
  static final StopReason INDESCRIBABLE =
      new StopReason.InternalFailure(
          "something failed", new OutOfMemoryError("no memory to say what"));

  private final String vmName;
  private final ExitDispatch dispatch;
  private final StateMonitor monitor;
  private final Scheduler scheduler;
  private final Runnable load;
  private final Consumer<StopReason> ended;
  private final Member[] members;

  /** Whether a worker has to look at the gate. Written under the monitor's lock. */
  private volatile boolean attention;

  // Guarded by the monitor's lock.
  private boolean pause;
  private boolean reset;
  private @Nullable StopReason ending;
  private int live;
  private int atGate;
  private boolean over;

  /**
   * Makes the workers of one run; {@link #start} starts them.
   *
   * @param load puts the image into memory and the vCPUs to their start, while no vCPU runs
   * @param ended is told why, by the last worker, before the state is STOPPED
   */
  VcpuWorkers(
      String vmName,
      List<? extends Vcpu> vcpus,
      ExitDispatch dispatch,
      StateMonitor monitor,
      HostServices host,
      Runnable load,
      Consumer<StopReason> ended) {
    this.vmName = vmName;
    this.dispatch = dispatch;
    this.monitor = monitor;
    this.scheduler = host.scheduler();
    this.load = load;
    this.ended = ended;
    this.members = new Member[vcpus.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member(vcpus.get(i));
    }
  }

  /** Returns the name of the VM whose vCPU the calling thread runs, or null. */
  static @Nullable String currentVm() {
    return CURRENT.get();
  }

  /** Starts the workers. The state is RUNNING then, unless somebody was quick to end the run. */
  void start() {
    monitor.lock();
    live = members.length;
    if (ending == null && !reset) {
      monitor.change(VmState.RUNNING);
    }
    monitor.unlock();
    startTasks();
  }

  /** Starts the workers at the closed gate: the state is SUSPENDED, and no vCPU has run. */
  void startSuspended() {
    monitor.lock();
    live = members.length;
    atGate = live;
    for (Member member : members) {
      member.atGate = true;
    }
    pause = true;
    attention = true;
    monitor.change(VmState.SUSPENDED);
    monitor.unlock();
    startTasks();
  }

  private void startTasks() {
    int started = 0;
    try {
      for (Member member : members) {
        member.start();
        started++;
      }
    } catch (RuntimeException | Error e) {
      end(new StopReason.InternalFailure("the host gave no thread for a vCPU", e));
      left(members.length - started);
      throw e;
    } finally {
      monitor.tell();
    }
  }

  /** One vCPU and what steps it. */
  private final class Member implements Worker {
    private final Vcpu vcpu;
    private final Task task;

    // Guarded by the lock of the VM's owner.
    private boolean started;

    // Guarded by the monitor's lock.
    private boolean atGate;

    Member(Vcpu vcpu) {
      this.vcpu = vcpu;
      this.task = scheduler.task(vmName + "/vcpu" + vcpu.index(), Scheduler.Idle.POLL, this);
    }

    void start() {
      vcpu.onWake(task::wake);
      task.start();
      started = true;
    }

    /** Waits for the end of a worker that was started. Owner's lock held. */
    void awaitEnd() {
      if (started) {
        task.awaitEnd();
      }
    }

    @Override
    public long step() {
      CURRENT.set(vmName);
      try {
        return stepAsVcpu();
      } finally {
        CURRENT.set(null);
      }
    }

    private long stepAsVcpu() {
      try {
        long gate = attention ? gate(this) : OPEN;
        long until = gate == OPEN ? run() : gate;
        if (until != DONE) {
          return until;
        }
      } catch (Throwable e) {
        fail(e);
      }
      left(1);
      return DONE;
    }

    /** Ends the run because this vCPU, or a device that it called, threw. Never throws. */
    private void fail(Throwable thrown) {
      StopReason reason = INDESCRIBABLE;
      String what = "a vCPU failed";
      try {
        boolean device = thrown instanceof ExitDispatch.DeviceFailure;
        String where = device ? String.valueOf(thrown.getMessage()) : "the accelerator failed";
        @Nullable Throwable cause = device ? thrown.getCause() : null;
        what = "vCPU %d: %s".formatted(vcpu.index(), where);
        reason = new StopReason.InternalFailure(what, cause == null ? thrown : cause);
      } catch (Throwable again) {
        // The end counts, not the words for it.
      }
      end(reason);
      Failures.log(vmName, what, thrown);
    }

    /**
     * Runs the vCPU, and acts on its exits, until the scheduler's budget is used up, it waits, or
     * the gate closes. There are no more exits than the budget has instructions, so that a vCPU
     * that counts none leaves the step, too.
     */
    private long run() {
      long first = vcpu.retiredInstructions();
      try {
        return run(scheduler.budget());
      } finally {
        scheduler.retired(vcpu.retiredInstructions() - first);
      }
    }

    private long run(long budget) {
      long end = vcpu.retiredInstructions() + budget;
      long exits = 0;
      while (true) {
        VcpuExit exit = vcpu.run(end - vcpu.retiredInstructions());
        if (exit instanceof VcpuExit.BudgetUsed || exit instanceof VcpuExit.Preempted) {
          return AGAIN;
        }
        dispatch.handle(vcpu, exit);
        if (exit instanceof VcpuExit.Waiting(long untilNanos)) {
          return untilNanos;
        }
        exits++;
        if (scheduler.endsStepAtExit()) {
          // Behind the instruction, which a store to a device has not completed yet.
          end = vcpu.retiredInstructions() + (exit instanceof VcpuExit.MmioWrite ? 1 : 0);
        }
        if (attention || vcpu.retiredInstructions() >= end || exits > budget) {
          return AGAIN;
        }
      }
    }
  }

  /** Returns OPEN, or what the step returns while the VM is suspended, being reset or ending. */
  private long gate(Member member) {
    monitor.lock();
    try {
      while (true) {
        if (ending != null) {
          arrive(member, false);
          return Worker.DONE;
        }
        if (!reset && !pause) {
          arrive(member, false);
          return OPEN;
        }
        arrive(member, true);
        boolean last = atGate == live;
        if (!reset && last) {
          monitor.change(VmState.SUSPENDED);
        }
        if (!reset || !last || monitor.state() != VmState.STOPPING) {
          return Worker.UNTIL_WOKEN;
        }
        loadAgain();
      }
    } finally {
      monitor.unlock();
      monitor.tell();
    }
  }

  /** Notes whether a worker is at the gate. Monitor's lock held. */
  private void arrive(Member member, boolean there) {
    if (member.atGate != there) {
      member.atGate = there;
      atGate += there ? 1 : -1;
    }
  }

  /**
   * Notes that nobody is at the gate any more: a worker that finds it open runs on without a look
   * at it. One that has not been stepped yet comes again if the gate closes first, since it is
   * woken then, too. Monitor's lock held.
   */
  private void openGate() {
    for (Member member : members) {
      arrive(member, false);
    }
  }

  /**
   * Loads the image anew, by the last worker that has come to the gate, for all of them. The state
   * LOADING keeps the others from doing it too; the lock is free meanwhile, so that requests don't
   * wait. Monitor's lock held, and again on return.
   */
  private void loadAgain() {
    monitor.change(VmState.LOADING);
    monitor.unlock();
    @Nullable Throwable failure = null;
    try {
      monitor.tell();
      load.run();
    } catch (Throwable e) {
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
      if (!pause) {
        openGate();
      }
    }
    wakeAll();
  }

  /** Notes that workers have ended, or never began; the last one ends the run. Never throws. */
  private void left(int count) {
    monitor.lock();
    live -= count;
    boolean last = live == 0 && count > 0;
    StopReason reason = ending == null ? INDESCRIBABLE : ending;
    ending = last ? reason : ending;
    monitor.unlock();
    if (!last) {
      return;
    }
    try {
      ended.accept(reason);
    } catch (Throwable e) {
      Failures.log(vmName, "the end of a run failed", e);
    }
    monitor.lock();
    over = true;
    monitor.change(VmState.STOPPED);
    monitor.unlock();
    monitor.tell();
  }

  /**
   * Has every worker leave, for this reason unless there was one before. Any thread; never waits.
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
   * Has the VM load its image anew and run on. Any thread; never waits; does nothing if it is
   * ending.
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

  /** Has every worker come to the gate and stay there. Never waits. */
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
      openGate();
      monitor.change(VmState.RUNNING);
    }
    monitor.unlock();
    wakeAll();
    monitor.tell();
  }

  private void kickAll() {
    for (Member member : members) {
      try {
        member.vcpu.kick();
      } catch (Throwable e) {
        Failures.log(vmName, "a kick failed", e); // the others still have to come
      }
    }
    // A vCPU whose worker has not been started yet has no waker; the first step comes anyway.
    wakeAll();
  }

  private void wakeAll() {
    for (Member member : members) {
      member.task.wake();
    }
  }

  /** Returns why the run ended, or null while it has not. */
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
   * Not for workers.
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
   * Waits until every worker of an ending run has ended; interrupts those that a device callback
   * holds. For the VM's owner, whose lock the caller holds.
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
          for (Member member : members) {
            member.task.interrupt();
          }
          patienceEnds = clock.nanos() + PATIENCE_NANOS;
        }
      }
    } finally {
      monitor.unlock();
      monitor.tell();
    }
    for (Member member : members) {
      member.awaitEnd();
    }
    restore(interrupted);
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
