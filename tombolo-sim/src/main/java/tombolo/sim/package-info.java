// SPDX-License-Identifier: Apache-2.0

/**
 * Simulation. {@link tombolo.sim.Simulation} runs a topology on one thread, in virtual time, from
 * one seed. {@link tombolo.sim.Exploration} runs it from many seeds until a run fails.
 */
@NullMarked
package tombolo.sim;

import org.jspecify.annotations.NullMarked;
