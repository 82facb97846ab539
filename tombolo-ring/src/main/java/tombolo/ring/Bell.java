// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * A means by which the two sides of a ring wake each other, for example a channel's doorbell. Each
 * side has its own.
 *
 * <p>A ring that comes while nobody waits must be kept for the next wait; several may be kept as
 * one. Whatever was stored before {@link #ring} must be visible after the {@link #await} that it
 * ends.
 */
public interface Bell {
  /** Wakes the other side. Does not fail if nobody is there. */
  void ring();

  /**
   * Waits until the other side rings or the time is over. May return early for no reason.
   *
   * @param nanos the longest wait in nanoseconds, from 1
   * @throws InterruptedException if the thread is interrupted
   */
  void await(long nanos) throws InterruptedException;

  /**
   * Returns whether something has happened that a waiting side must know and the ring does not
   * tell, for example a death. Then the wait ends early. Any thread may call this.
   */
  default boolean endsWait() {
    return false;
  }

  /** Returns the time of a monotonic clock in nanoseconds. Only differences mean something. */
  long nanoTime();
}
