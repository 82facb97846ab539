// SPDX-License-Identifier: Apache-2.0

/** How a run ends: who may end it, and the reasons there are. */
@NullMarked
package tombolo.machine.power;

import org.jspecify.annotations.NullMarked;
