// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import java.lang.foreign.MemorySegment;

/**
 * A sectioned channel that one side has joined, as a place for a ring (docs/ring-format.md, "In a
 * channel"): its sections, who has them, and its doorbell. Others write all sections but one's own
 * at any time. Its {@code toString} says in logs who has joined which channel.
 */
public interface RingPlace extends AutoCloseable {
  /** Returns the number of subscribers' sections. */
  int sections();

  /** Returns the number of this side's section: 0 the publisher's, from 1 a subscriber's. */
  int section();

  /**
   * Returns the memory of a section, to read.
   *
   * @param number 0 the publisher's, from 1 to {@link #sections} a subscriber's
   */
  MemorySegment section(int number);

  /**
   * Returns the memory of this side's section.
   *
   * @throws IllegalStateException if it may only read
   */
  MemorySegment output();

  /** Returns whether anybody has a subscriber's section now; the ring's memory does not tell. */
  boolean isOwned(int number);

  /** Returns whether the publisher is there. Once it is not, it never is again in this channel. */
  boolean isLive();

  /** Returns a number that changes whenever anybody joins, leaves or dies. */
  int changes();

  /** Rings everybody on the other side. Does not fail if nobody is there. */
  void ring();

  /**
   * Waits until the doorbell has rung, and takes it; or until {@link #changes} is not {@code
   * changes}. May return early for no reason.
   *
   * @param nanos how long at the most
   * @throws InterruptedException if the thread is interrupted
   */
  void awaitDoorbellOrChange(int changes, long nanos) throws InterruptedException;

  /** Returns the time of a monotonic clock in nanoseconds. Only differences mean something. */
  long nanoTime();

  /** Leaves the channel. Does nothing if this side has left. */
  @Override
  void close();
}
