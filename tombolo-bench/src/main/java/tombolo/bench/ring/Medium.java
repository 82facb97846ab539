// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

/**
 * What two ends send messages through: one contender, at one {@link Place}, for messages of one
 * size. Both ends are asked for once, each by its thread. In two processes each makes a medium at
 * the same place and asks for one end. Nothing is closed: a fork ends with its measurement.
 */
interface Medium {
  /** Waits for the other end where the contender needs that. */
  Sender sender();

  /** Waits for the other end where the contender needs that. */
  Receiver receiver(Arrivals arrivals);
}
