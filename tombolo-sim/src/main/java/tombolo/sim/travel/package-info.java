// SPDX-License-Identifier: Apache-2.0

/** A simulated run under a debugger, which can go backwards in it. */
@NullMarked
package tombolo.sim.travel;

import org.jspecify.annotations.NullMarked;
