// SPDX-License-Identifier: Apache-2.0

/**
 * Runs benchmark guests in VMs of this process: one alone ({@link
 * tombolo.bench.guest.TomboloMachine}) or several that are joined by channels ({@link
 * tombolo.bench.guest.JoinedGuests}).
 */
@NullMarked
package tombolo.bench.guest;

import org.jspecify.annotations.NullMarked;
