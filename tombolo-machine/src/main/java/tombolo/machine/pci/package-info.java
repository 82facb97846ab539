// SPDX-License-Identifier: Apache-2.0

/** The PCI host bridge, its functions, their BARs and their interrupts. */
@NullMarked
package tombolo.machine.pci;

import org.jspecify.annotations.NullMarked;
