// SPDX-License-Identifier: Apache-2.0

/** Devices that any board can use: serial port, test finisher, PCI host bridge. */
@NullMarked
package tombolo.machine.device;

import org.jspecify.annotations.NullMarked;
