// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import tombolo.bench.guest.Timed;

/**
 * One run of a program, whose output is as expected.
 *
 * @param timed the run as its host sees it
 * @param output what the guest says of its work
 */
record GuestRun(Timed timed, GuestOutput output) {}
