// SPDX-License-Identifier: Apache-2.0

/**
 * A virtual machine, its life cycle, and the seam behind which an accelerator runs its vCPUs.
 *
 * <p>This package knows no architecture: accelerators implement its interfaces, devices sit on its
 * bus, and the program that embeds Tombolo owns the {@code Vm}.
 */
@NullMarked
package tombolo.machine;

import org.jspecify.annotations.NullMarked;
