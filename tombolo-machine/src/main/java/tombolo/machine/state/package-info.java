// SPDX-License-Identifier: Apache-2.0

/** How the parts of a virtual machine write their state and read it back. */
@NullMarked
package tombolo.machine.state;

import org.jspecify.annotations.NullMarked;
