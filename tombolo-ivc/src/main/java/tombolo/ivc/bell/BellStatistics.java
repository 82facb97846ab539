// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

/**
 * The rings of one bell so far.
 *
 * @param received rings that came for it
 * @param delivered rings that became a bell or a pulse
 * @param p50Nanos half of all times from ring to taking are at most this; 0 if none was taken
 * @param p99Nanos 99 of 100 such times are at most this; 0 if none was taken
 */
public record BellStatistics(long received, long delivered, long p50Nanos, long p99Nanos) {}
