// SPDX-License-Identifier: Apache-2.0

/** The end of a run: who may end it, and for which reasons. */
@NullMarked
package tombolo.machine.power;

import org.jspecify.annotations.NullMarked;
