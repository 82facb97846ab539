// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

/**
 * What two ends send messages through: one contender at one {@link Place}, for messages of one
 * size. Each end is asked for once, by its thread. Where the ends are in two processes, each makes
 * a medium at the same place and asks it for one end. Nothing is closed, because the fork ends.
 */
public interface Medium {
  /** Opens the sending end. Waits for the other end where the contender needs that. */
  Sender sender();

  /** Opens the receiving end. Waits for the other end where the contender needs that. */
  Receiver receiver(Arrivals arrivals);

  /** Tells threads that the contender has beside its ends that messages will come. */
  default void wake() {}

  /** Tells such threads to leave the processors to others until {@link #wake}. */
  default void rest() {}
}
