// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.Directory;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.GuestReset;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.Initrd;
import tombolo.machine.image.KernelImage;
import tombolo.machine.power.StopReason;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VmSpec;
import tombolo.topology.VsockSpec;

/**
 * A VM as a topology says, joined to the directory of its channels. Whoever makes it owns it, boots
 * it and closes it before directory and switch. Thread-safe, but one thread at a time boots it.
 */
public final class JoinedVm implements AutoCloseable {
  private final VmSpec spec;
  private final Vm vm;
  private final VmEndpoint endpoint;
  private final VsockSpec.Opened vsock;
  private final AtomicInteger boots = new AtomicInteger();
  private volatile long bootedAt;

  /**
   * Makes the VM and joins it to the directory and, if it has a CID, to the switch; nothing runs
   * yet.
   *
   * @param directory with the grants of the topology
   * @param network that of the topology's VMs
   * @param console its serial line, which stays the caller's
   * @throws ImageException if the kernel or the initial RAM disk can't be read, or doesn't fit
   * @throws tombolo.memory.HostMemoryException if the host does not give the memory
   * @throws tombolo.machine.virtio.DiskImageException if a disk's file can't be used
   */
  public JoinedVm(VmSpec spec, Directory directory, VsockSwitch network, Console console) {
    this.spec = spec;
    boolean made = false;
    @Nullable Vm half = null;
    try {
      half = Vm.create(config(spec, console), spec.platform().accelerator());
      vm = half;
      spec.virtio().plugInto(vm, console);
      endpoint = directory.join(vm, spec.id(), spec.quota(), GuestFrontEnds.ALL);
      VsockSpec socket = spec.vsock();
      vsock = socket == null ? VsockSpec.Opened.NOTHING : socket.plugInto(vm, network);
      made = true;
    } finally {
      if (!made && half != null) {
        half.close();
      }
    }
  }

  private static VmConfig config(VmSpec spec, Console console) {
    KernelImage kernel = spec.platform().readKernel(spec.kernel());
    byte @Nullable [] initrd = spec.initrd() == null ? null : Initrd.read(spec.initrd());
    return VmConfig.of(
            spec.name(),
            new BootImage(kernel, initrd, spec.append()),
            spec.virtio().forUart(console),
            HostServices.system())
        .withVcpus(spec.vcpus())
        .withMemory(spec.memory())
        .withWindow(spec.window())
        .withGuestReset(GuestReset.REBOOT);
  }

  /**
   * Boots it, for the first time or once more.
   *
   * @throws ImageException if the image does not fit
   * @throws IllegalStateException if it runs, or was closed
   */
  public void boot() {
    boots.incrementAndGet();
    bootedAt = System.nanoTime();
    vm.boot();
  }

  /** What the topology says of it. */
  public VmSpec spec() {
    return spec;
  }

  /** The VM itself. */
  public Vm vm() {
    return vm;
  }

  /** How often it was booted again. */
  public int restarts() {
    return Math.max(boots.get() - 1, 0);
  }

  /** Nanoseconds since its latest boot; 0 before the first. */
  public long upNanos() {
    return boots.get() == 0 ? 0 : System.nanoTime() - bootedAt;
  }

  /** Whether the topology has it booted again after a run that ended so. */
  public boolean mayRestartAfter(StopReason reason) {
    boolean failed =
        !(reason instanceof StopReason.PowerOff || reason instanceof StopReason.HostRequest);
    return failed && restarts() < spec.restart();
  }

  /** Stops it, has it leave its channels, and gives its memory back. */
  @Override
  public void close() {
    endpoint.close();
    vsock.close();
    vm.close();
  }
}
