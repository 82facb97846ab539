// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.time.Duration;
import java.util.Locale;
import tombolo.ivc.Directory;
import tombolo.machine.VmState;
import tombolo.machine.power.StopReason;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;
import tombolo.topology.VmSpec;
import tombolo.topology.run.JoinedVm;

/**
 * A VM of a running topology with its console: booted again after a failure as often as the
 * topology says, and for the test's sake.
 *
 * <p>Thread-safe. The VM's listener must not boot it, so a thread is started for that. If the test
 * stops the VM meanwhile, either the listener or that thread sees that it is {@code stopping}: the
 * thread looks once more when it has booted the VM, and stops it then. So the console is always
 * told the end.
 */
final class LiveVm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final JoinedVm joined;
  private final GuestConsole console = new GuestConsole();
  private final Runnable onEnd;
  private final HostMemory ram;

  // Guarded by this.
  private boolean booted;
  private boolean stopping;

  /**
   * Makes the VM; nothing runs yet.
   *
   * @param onEnd is called when it has stopped for good, on any thread; must not wait
   */
  LiveVm(VmSpec spec, Directory directory, VsockSwitch network, Runnable onEnd) {
    this.onEnd = onEnd;
    this.joined = new JoinedVm(spec, directory, network, console);
    this.ram =
        joined.vm().memory().regions().stream().map(MemoryRegion::host).findFirst().orElseThrow();
    joined.vm().addListener(this::stateChanged);
  }

  JoinedVm joined() {
    return joined;
  }

  String name() {
    return joined.spec().name();
  }

  GuestConsole console() {
    return console;
  }

  /** One line on how it is. */
  String state() {
    StopReason end = console.end();
    return end == null
        ? joined.vm().state().name().toLowerCase(Locale.ROOT)
        : "stopped: " + end.describe();
  }

  /**
   * Boots it, for the first time or once more.
   *
   * @throws IllegalStateException if it runs
   */
  void boot() {
    synchronized (this) {
      if (booted && console.end() == null) {
        throw new IllegalStateException(name() + " is running; only one that has stopped can be");
      }
      booted = true;
      stopping = false;
      console.begin();
    }
    joined.boot();
  }

  /** Ends its run, and has nobody boot it again but the test. */
  void stop() {
    synchronized (this) {
      stopping = true;
    }
    joined.vm().stop("stopped by the test");
    awaitEnd(); // the listener is told a moment later
  }

  /** An interrupt is kept for later: who stops a VM must be able to rely on it. */
  private void awaitEnd() {
    boolean interrupted = Thread.interrupted();
    while (true) {
      try {
        console.awaitEnd(PATIENCE.toNanos());
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void stateChanged(VmState state) {
    if (state != VmState.STOPPED) {
      return;
    }
    StopReason reason = joined.vm().stopReason().orElseThrow();
    if (!isStopping() && joined.mayRestartAfter(reason)) {
      console.endAndGoOn();
      Thread.ofPlatform().daemon(true).name(name() + "/restart").start(this::bootAgain);
    } else {
      console.end(reason);
      onEnd.run();
    }
  }

  private void bootAgain() {
    joined.boot();
    if (isStopping()) {
      joined.vm().stop("stopped by the test");
    }
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  /** Whether its RAM was given back to the host. */
  boolean isFreed() {
    return !ram.segment().scope().isAlive();
  }

  @Override
  public void close() {
    stop();
    joined.close();
  }
}
