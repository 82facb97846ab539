// SPDX-License-Identifier: Apache-2.0

/**
 * The PCI host bridge, its functions, their BARs and their interrupts.
 *
 * <p>A device implements {@link tombolo.machine.pci.PciFunction}. {@link
 * tombolo.machine.pci.PciHost#add} puts it into one of the {@link tombolo.machine.pci.PciSlots} of
 * the board's bridge and returns its interrupt pin. A virtio device implements {@code
 * tombolo.machine.virtio.VirtioDevice} instead, and {@code VirtioPci} is its function.
 */
@NullMarked
package tombolo.machine.pci;

import org.jspecify.annotations.NullMarked;
