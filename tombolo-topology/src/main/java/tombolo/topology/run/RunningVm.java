// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Vm;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;
import tombolo.machine.net.NetworkStatistics;
import tombolo.machine.power.StopReason;
import tombolo.topology.VmSpec;

/**
 * A VM of a {@link TopologyRun}, from the first boot to the last: the run boots it again after a
 * failure as often as its specification says.
 *
 * <p>Thread-safe. {@link #settle} looks, as a step of the run's worker, whether the VM has stopped;
 * the VM's listener wakes that worker. The monitor is held while the worker decides and boots, and
 * while the owner boots. So whoever sets {@code stopping} under the monitor knows that the worker
 * boots nothing afterwards: a stop that follows is final.
 */
public final class RunningVm {
  private final VmSpec spec;
  private final JoinedVm joined;
  private final Watcher watcher;
  private final HostServices host;
  private final Waiters waiters;

  // Guarded by this.
  private boolean stopping;
  private boolean killed;

  // Written with the monitor held.
  private volatile int boots;
  private volatile long bootedAt;
  private volatile @Nullable StopReason end;
  private volatile @Nullable StopOutcome outcome;

  RunningVm(VmSpec spec, JoinedVm joined, Watcher watcher, HostServices host, Waiters waiters) {
    this.spec = spec;
    this.joined = joined;
    this.watcher = watcher;
    this.host = host;
    this.waiters = waiters;
  }

  /** Returns what the topology says of it. */
  public VmSpec spec() {
    return spec;
  }

  /** Returns its name in the topology. */
  public String name() {
    return spec.name();
  }

  /** Returns the VM, to look at it. Its owner is the run, which alone boots and closes it. */
  public Vm vm() {
    return joined.vm();
  }

  /** Returns what passes through its network cards, in their order. */
  public List<NetworkStatistics> networks() {
    return joined.cards().statistics();
  }

  /** Returns how often it was booted again. */
  public int restarts() {
    return Math.max(boots - 1, 0);
  }

  /** Returns nanoseconds since its latest boot; 0 before the first. */
  public long upNanos() {
    return boots == 0 ? 0 : host.clock().nanos() - bootedAt;
  }

  /** Returns why it stopped; empty before that, and while it is about to boot again. */
  public Optional<StopReason> end() {
    return Optional.ofNullable(end);
  }

  /** Returns how it ended by itself most recently; empty if it never did. */
  public Optional<StopOutcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  /**
   * Boots it, for the first time or once more. A VM that was stopped may boot again after failures,
   * as before.
   *
   * @throws IllegalStateException if it runs, or was closed
   */
  public synchronized void boot() {
    if (boots > 0 && end == null) {
      throw new IllegalStateException(
          name() + " is running; only a VM that has stopped can be booted");
    }
    killed = false;
    start(null);
    stopping = false;
    end = null;
  }

  private synchronized void start(@Nullable StopReason after) {
    tell(() -> watcher.booting(this, after));
    boots++;
    bootedAt = host.clock().nanos();
    vm().boot();
    waiters.tell();
  }

  /**
   * Ends its run, and has nobody boot it again but the owner. Returns when the watcher has been
   * told. Does nothing if it has stopped. Not for watchers, workers and vCPU threads.
   *
   * @param why becomes the {@link StopReason.HostRequest}
   */
  public void stop(String why) {
    refuseRestarts();
    vm().stop(why);
    waiters.awaitUninterruptibly(() -> end != null);
  }

  /**
   * Ends its run as a failure would: it boots again if its specification allows that. Returns when
   * it has, or when the watcher has been told of the end. Does nothing if it has stopped. Not for
   * watchers, workers and vCPU threads.
   *
   * @param why becomes the {@link StopReason.HostRequest}
   */
  public void kill(String why) {
    int before;
    synchronized (this) {
      killed = boots > 0 && end == null;
      before = boots;
    }
    vm().stop(why);
    waiters.awaitUninterruptibly(() -> end != null || boots != before);
  }

  synchronized void refuseRestarts() {
    stopping = true;
  }

  /**
   * Boots the VM again if it has stopped and may; otherwise tells the watcher of its end. Called by
   * the run's worker.
   */
  synchronized void settle() {
    @Nullable StopReason reason = vm().stopReason().orElse(null);
    if (reason == null || end != null) {
      return;
    }
    note(reason);
    boolean mayRestart = mayRestartAfter(reason);
    killed &= !(reason instanceof StopReason.HostRequest); // else that is still to come
    if (mayRestart) {
      try {
        start(reason);
        return;
      } catch (RuntimeException | Error e) {
        reason = new StopReason.InternalFailure(name() + " could not be booted again", e);
        note(reason);
      }
    }
    StopReason last = reason;
    tell(() -> watcher.stopped(this, last));
    end = last;
    waiters.tell();
  }

  /** What happens while the host stops the VMs is the host's doing. Monitor held. */
  private void note(StopReason reason) {
    if (!stopping && !(reason instanceof StopReason.HostRequest)) {
      outcome = new StopOutcome(name(), reason);
    }
  }

  private boolean mayRestartAfter(StopReason reason) {
    boolean failed =
        !(reason instanceof StopReason.PowerOff)
            && (killed || !(reason instanceof StopReason.HostRequest));
    return failed && !stopping && restarts() < spec.restart();
  }

  /** A watcher's mistake must not end the worker that others wait for. */
  private void tell(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      Failures.log(name(), "a watcher failed", e);
    }
  }

  /** Gives everything back. The VM has stopped. */
  void close() {
    joined.close();
  }
}
