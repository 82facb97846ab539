// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tombolo.cli.topology.VmSpec;
import tombolo.ivc.Directory;
import tombolo.ivc.Quota;
import tombolo.ivc.VmEndpoint;
import tombolo.machine.GuestReset;
import tombolo.machine.Scheduler;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.device.StreamConsole;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.Initrd;
import tombolo.machine.image.KernelImage;

/**
 * A VM of a topology with its console. Owned by a {@link TopologyRun}, whose thread makes, boots
 * and closes it; others may look at it.
 */
final class RunningVm implements AutoCloseable {
  private final VmSpec spec;
  private final OutputStream lines;
  private final StreamConsole console;
  private final Vm vm;
  private final VmEndpoint endpoint;
  private final AtomicInteger boots = new AtomicInteger();
  private volatile long bootedAt;

  /** How its latest run ended; used by the topology's thread. */
  private @Nullable StopOutcome outcome;

  /**
   * Makes the VM and joins it to the directory; nothing runs yet.
   *
   * @param lines where its console prints; closed with it
   */
  RunningVm(VmSpec spec, Directory directory, OutputStream lines) {
    this.spec = spec;
    this.lines = lines;
    this.console = new StreamConsole(spec.name(), lines, Scheduler.system());
    boolean made = false;
    @Nullable Vm half = null;
    try {
      half = Vm.create(config(spec, console), spec.platform().accelerator());
      vm = half;
      endpoint = directory.join(vm, spec.id(), new Quota(spec.channels(), spec.channelBytes()));
      made = true;
    } finally {
      if (!made) {
        if (half != null) {
          half.close();
        }
        console.close();
      }
    }
  }

  private static VmConfig config(VmSpec spec, StreamConsole console) {
    KernelImage kernel = spec.platform().readKernel(spec.kernel());
    byte @Nullable [] initrd = spec.initrd() == null ? null : Initrd.read(spec.initrd());
    return VmConfig.of(spec.name(), new BootImage(kernel, initrd, spec.append()), console)
        .withVcpus(spec.vcpus())
        .withMemory(spec.memory())
        .withWindow(spec.window())
        .withGuestReset(GuestReset.REBOOT);
  }

  /**
   * Boots it, for the first time or once more.
   *
   * @throws ImageException if the image does not fit
   */
  void boot() {
    boots.incrementAndGet();
    bootedAt = System.nanoTime();
    vm.boot();
  }

  VmSpec spec() {
    return spec;
  }

  String name() {
    return spec.name();
  }

  Vm vm() {
    return vm;
  }

  VmEndpoint endpoint() {
    return endpoint;
  }

  StreamConsole console() {
    return console;
  }

  /** How often it was booted again. Any thread. */
  int restarts() {
    return Math.max(boots.get() - 1, 0);
  }

  /** Nanoseconds since its latest boot. Any thread. */
  long upNanos() {
    return boots.get() == 0 ? 0 : System.nanoTime() - bootedAt;
  }

  boolean mayRestart() {
    return restarts() < spec.restart();
  }

  @Nullable StopOutcome outcome() {
    return outcome;
  }

  void ended(StopOutcome how) {
    outcome = how;
  }

  /** Stops it and prints what is left of its last line. */
  @Override
  public void close() {
    endpoint.close();
    vm.close();
    console.close();
    try {
      lines.close();
    } catch (IOException e) {
      // Who would have read the rest has gone, which the console has noticed before.
    }
  }
}
