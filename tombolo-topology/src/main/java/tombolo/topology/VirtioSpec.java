// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;

/**
 * The virtio devices of a VM. Each kind has its PCI slot, whatever else there is; entropy every VM
 * has.
 *
 * @param disks in the order in which the guest finds them, at most {@link DiskSpec#MOST}
 * @param console whether there is a console, which then gets the keys instead of the UART; what
 *     either prints goes to the same place
 */
public record VirtioSpec(List<DiskSpec> disks, boolean console) {
  /** Nothing but what every VM has. */
  public static final VirtioSpec NONE = new VirtioSpec(List.of(), false);

  /** Copies the list. */
  public VirtioSpec {
    disks = List.copyOf(disks);
  }
}
