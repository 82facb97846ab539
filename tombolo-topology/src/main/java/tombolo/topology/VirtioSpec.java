// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;

/**
 * The virtio devices of a VM, in addition to the entropy device that every VM has. Each kind has
 * its own PCI slot, see {@link tombolo.machine.pci.PciSlots}.
 *
 * @param disks in the order in which the guest finds them, at most {@link DiskSpec#MOST}
 * @param folders of the host, each with another tag, at most {@link FolderSpec#MOST}
 * @param console whether there is a virtio console. It then gets the keys instead of the UART; the
 *     output of both goes to the same place
 * @param nics in the order in which the guest finds them, at most {@link NicSpec#MOST}
 */
public record VirtioSpec(
    List<DiskSpec> disks, List<FolderSpec> folders, boolean console, List<NicSpec> nics) {
  /** No devices but the entropy device. */
  public static final VirtioSpec NONE = new VirtioSpec(List.of(), List.of(), false, List.of());

  /** Copies the lists. */
  public VirtioSpec {
    disks = List.copyOf(disks);
    folders = List.copyOf(folders);
    nics = List.copyOf(nics);
  }
}
