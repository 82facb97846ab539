// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Vm;
import tombolo.machine.console.Console;
import tombolo.machine.folder.FolderDevice;
import tombolo.machine.host.HostServices;
import tombolo.machine.pci.PciSlots;
import tombolo.machine.virtio.BlockDevice;
import tombolo.machine.virtio.ConsoleDevice;
import tombolo.machine.virtio.DiskImage;
import tombolo.machine.virtio.EntropyDevice;
import tombolo.machine.virtio.VirtioPci;
import tombolo.machine.vsock.UnixVsock;
import tombolo.machine.vsock.VsockDevice;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.DiskSpec;
import tombolo.topology.FolderSpec;
import tombolo.topology.InputException;
import tombolo.topology.VirtioSpec;
import tombolo.topology.VsockSpec;

/** Makes the devices that a specification names and puts them into a VM that has not booted yet. */
final class Devices {
  private Devices() {}

  /** Returns what the VM's UART gets as its console. */
  static Console forUart(VirtioSpec spec, Console whole) {
    return spec.console() ? new PrintOnly(whole) : whole;
  }

  /**
   * Plugs the virtio devices in. The VM closes them.
   *
   * @param whole the VM's console
   * @throws tombolo.machine.virtio.DiskImageException if a disk's file can't be used
   * @throws InputException if a folder can't be shared
   */
  static void plugIn(VirtioSpec spec, Vm vm, Console whole) {
    HostServices host = vm.host();
    VirtioPci.plugIn(vm, PciSlots.ENTROPY, new EntropyDevice(host.random()));
    if (spec.console()) {
      VirtioPci.plugIn(vm, PciSlots.CONSOLE, new ConsoleDevice(whole));
    }
    for (int i = 0; i < spec.disks().size(); i++) {
      DiskSpec disk = spec.disks().get(i);
      DiskImage image = DiskImage.open(disk.file(), disk.readOnly());
      VirtioPci.plugIn(
          vm,
          PciSlots.FIRST_DISK + i,
          new BlockDevice("disk" + i, vm.name(), image, host.mishaps()));
    }
    for (int i = 0; i < spec.folders().size(); i++) {
      plugIn(spec.folders().get(i), i, vm);
    }
  }

  private static void plugIn(FolderSpec spec, int index, Vm vm) {
    try {
      FolderDevice device =
          new FolderDevice(
              "folder" + index, spec.tag(), spec.folder(), spec.readOnly(), vm.host().clock());
      VirtioPci.plugIn(vm, PciSlots.FIRST_FOLDER + index, device);
    } catch (IOException e) {
      throw new InputException(
          "%s: can't be shared with %s: %s".formatted(spec.folder(), vm.name(), e.getMessage()));
    }
  }

  /**
   * Plugs the socket device in, which the VM closes, and opens the socket of the host, if there is
   * one.
   *
   * @return the socket, which the caller closes; null if there is none
   * @throws InputException if there can be no socket at its path
   * @throws IllegalArgumentException if the CID is another VM's
   */
  static @Nullable UnixVsock plugIn(VsockSpec spec, Vm vm, VsockSwitch network) {
    HostServices host = vm.host();
    VirtioPci.plugIn(vm, PciSlots.VSOCK, new VsockDevice(network, spec.cid(), vm.name(), host));
    if (spec.socket() == null) {
      return null;
    }
    try {
      UnixVsock socket = new UnixVsock(network.host(), spec.cid(), spec.socket(), vm.name(), host);
      socket.onFailure(cause -> vm.fail("the vsock socket failed", cause));
      return socket;
    } catch (IOException e) {
      throw new InputException(
          "%s: can't be the vsock socket of %s: %s; choose another path"
              .formatted(spec.socket(), vm.name(), e.getMessage()));
    }
  }

  /** A console at which nobody types. */
  private record PrintOnly(Console whole) implements Console {
    @Override
    public void write(byte octet) {
      whole.write(octet);
    }

    @Override
    public int room() {
      return whole.room();
    }

    @Override
    public void onRoom(Runnable listener) {
      whole.onRoom(listener);
    }

    @Override
    public int read() {
      return -1;
    }

    @Override
    public void onInput(Runnable listener) {}

    @Override
    public void onFailure(Consumer<Throwable> listener) {
      whole.onFailure(listener);
    }
  }
}
