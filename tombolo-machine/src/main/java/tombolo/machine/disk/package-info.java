// SPDX-License-Identifier: Apache-2.0

/** Files of the host that are disks, and this process's locks on them. Not exported. */
@NullMarked
package tombolo.machine.disk;

import org.jspecify.annotations.NullMarked;
