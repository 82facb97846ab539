// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import org.jspecify.annotations.Nullable;
import tombolo.ivc.Directory;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.GuestReset;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.vsock.UnixVsock;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VmSpec;

/**
 * A VM with its devices, and its place among the others. Closed by its owner before the directory
 * and the switch.
 *
 * @param endpoint in the directory; null if the VM has no window for channels
 * @param socket by which programs of the host reach it, or null
 * @param cards its network cards
 */
record JoinedVm(
    Vm vm, @Nullable VmEndpoint endpoint, @Nullable UnixVsock socket, Networks.Cards cards)
    implements AutoCloseable {
  /**
   * Makes a VM and joins it to the directory, to its networks and, if it has a CID, to the switch
   * of sockets. Nothing runs yet.
   *
   * @param console its serial line, which stays the caller's
   * @throws tombolo.machine.image.ImageException if the kernel or the initial RAM disk doesn't fit
   * @throws tombolo.memory.HostMemoryException if the host does not give the memory
   * @throws tombolo.machine.virtio.DiskImageException if a disk's file can't be used
   * @throws tombolo.topology.InputException if a socket can't be opened, or there is no way outside
   */
  static JoinedVm make(
      VmSpec spec,
      Directory directory,
      VsockSwitch vsock,
      Networks networks,
      Console console,
      HostServices host) {
    Vm vm = Vm.create(config(spec, console, host), spec.platform().accelerator());
    @Nullable UnixVsock socket = null;
    boolean made = false;
    try {
      Devices.plugIn(spec.virtio(), vm, console);
      VmEndpoint endpoint =
          spec.window() == 0
              ? null
              : directory.join(vm, spec.id(), spec.quota(), GuestFrontEnds.ALL);
      socket = spec.vsock() == null ? null : Devices.plugIn(spec.vsock(), vm, vsock);
      Networks.Cards cards = networks.plugIn(spec.virtio().nics(), vm);
      made = true;
      return new JoinedVm(vm, endpoint, socket, cards);
    } finally {
      if (!made) {
        if (socket != null) {
          socket.close();
        }
        vm.close();
      }
    }
  }

  private static VmConfig config(VmSpec spec, Console console, HostServices host) {
    HostServices dated = spec.rtc() == null ? host : host.startingAt(spec.rtc());
    return VmConfig.of(spec.name(), spec.image(), Devices.forUart(spec.virtio(), console), dated)
        .withVcpus(spec.vcpus())
        .withMemory(spec.memory())
        .withWindow(spec.window())
        .withBoard(spec.platform().board())
        .withGuestReset(GuestReset.REBOOT);
  }

  /** Stops the VM, has it leave its channels, and gives its memory back. */
  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
    }
    if (socket != null) {
      socket.close();
    }
    vm.close();
    cards.close();
  }
}
