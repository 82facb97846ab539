// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import tombolo.machine.Vm;
import tombolo.machine.console.Console;
import tombolo.machine.virtio.BlockDevice;
import tombolo.machine.virtio.ConsoleDevice;
import tombolo.machine.virtio.DiskImage;
import tombolo.machine.virtio.EntropyDevice;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioPci;

/**
 * The virtio devices of a VM. Each kind has its PCI slot, whatever else there is; entropy every VM
 * has.
 *
 * @param disks in the order in which the guest finds them, at most {@link DiskSpec#MOST}
 * @param console whether there is a console, which then gets the keys instead of the UART; what
 *     either prints goes to the same place
 */
public record VirtioSpec(List<DiskSpec> disks, boolean console) {
  private static final int ENTROPY_SLOT = 2;
  private static final int CONSOLE_SLOT = 3;
  private static final int FIRST_DISK_SLOT = 8;

  /** Nothing but what every VM has. */
  public static final VirtioSpec NONE = new VirtioSpec(List.of(), false);

  /** Copies the list. */
  public VirtioSpec {
    disks = List.copyOf(disks);
  }

  /** What the VM's UART gets as its console. */
  public Console forUart(Console whole) {
    return console ? new PrintOnly(whole) : whole;
  }

  /**
   * Puts the devices into a VM that has not booted yet, and which closes them.
   *
   * @param whole the VM's console
   * @throws tombolo.machine.virtio.DiskImageException if a disk's file can't be used
   */
  public void plugInto(Vm vm, Console whole) {
    VirtioPci.plugIn(vm, ENTROPY_SLOT, new EntropyDevice(vm.host().random()));
    if (console) {
      VirtioPci.plugIn(vm, CONSOLE_SLOT, new ConsoleDevice(whole));
    }
    for (int i = 0; i < disks.size(); i++) {
      DiskImage disk = disks.get(i).open();
      VirtioDevice device = new BlockDevice("disk" + i, vm.name(), disk);
      VirtioPci.plugIn(vm, FIRST_DISK_SLOT + i, device);
    }
  }

  /** A console from which nobody types. */
  private record PrintOnly(Console whole) implements Console {
    @Override
    public void write(byte octet) {
      whole.write(octet);
    }

    @Override
    public int read() {
      return -1;
    }

    @Override
    public void onInput(Runnable listener) {}
  }
}
