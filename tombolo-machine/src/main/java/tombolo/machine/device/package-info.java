// SPDX-License-Identifier: Apache-2.0

/** The device bus and common devices: serial port, test finisher, interrupt lines. */
@NullMarked
package tombolo.machine.device;

import org.jspecify.annotations.NullMarked;
