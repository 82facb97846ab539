// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * How the two sides of a ring wake each other: a channel's doorbell, say. Each side has its own.
 *
 * <p>A ring that comes while nobody waits must be kept for who waits next; several may be kept as
 * one. What was stored before {@link #ring} must be visible to who returns from {@link #await}.
 */
public interface Bell {
  /** Wakes the other side. Does not fail if nobody is there. */
  void ring();

  /**
   * Waits until the other side rings, or for some time. May end early for no reason.
   *
   * @param nanos how long at the most, from 1
   * @throws InterruptedException if the thread is interrupted
   */
  void await(long nanos) throws InterruptedException;

  /**
   * Whether something has happened that who waits must know and the ring does not tell: somebody
   * has died, say. Then waiting ends early. Any thread.
   */
  default boolean endsWait() {
    return false;
  }

  /** A clock that only goes on, in nanoseconds; differences mean something. */
  long nanoTime();
}
