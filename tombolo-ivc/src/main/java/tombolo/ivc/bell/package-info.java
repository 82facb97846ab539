// SPDX-License-Identifier: Apache-2.0

/**
 * Doorbells and events: how they wait for an endpoint, and how the rate of a doorbell is limited.
 * Knows neither channels nor the directory. Not exported.
 *
 * <p>An {@link tombolo.ivc.bell.Inbox} guards its bells, and the buckets and delays of the
 * doorbells that ring them. The lock of {@link tombolo.ivc.bell.DelayedBells} comes after an
 * inbox's.
 */
@NullMarked
package tombolo.ivc.bell;

import org.jspecify.annotations.NullMarked;
