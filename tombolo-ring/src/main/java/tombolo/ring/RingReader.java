// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.util.Optional;

/**
 * The reading side of a ring. For one thread at a time. No call allocates or waits.
 *
 * <p>After {@link #close} nothing can be read or waited for: {@link IllegalStateException}.
 */
public sealed interface RingReader extends AutoCloseable permits RecordReader {
  /**
   * Reads one message, if there is one; as {@link #drain} with a limit of 1.
   *
   * @return 1, 0 if there was none, or an {@link Answer}, which is negative
   */
  default int poll(MessageHandler handler) {
    return drain(handler, 1);
  }

  /**
   * Reads messages that are there. One call reads no more than a ring full, so it ends even if the
   * writer never does.
   *
   * <p>What a handler throws goes to the caller; the message it was thrown for counts as read.
   *
   * @param limit how many at the most, at least 1
   * @return how many were read, from 0, or an {@link Answer}, which is negative. Messages before
   *     what it says are read and counted; the next call then says it
   * @throws IllegalArgumentException if the limit is none
   * @throws IllegalStateException if called by a handler of this reader
   */
  int drain(MessageHandler handler, int limit);

  /** What the writer has done to the ring; empty as long as nothing was noticed. */
  Optional<Breach> breach();

  /** Whether there is somebody to read from. What the next call says may differ. */
  boolean isConnected();

  /**
   * Whether somebody sleeps who must be rung, said once for each sleep; as {@link
   * RingWriter#peerSleeps}, for writers that wait for room.
   */
  boolean peerSleeps();

  /**
   * Says to the other side that this one is about to sleep until there is something to read. {@link
   * #wake} must follow.
   *
   * @return false if there is something already, and then this side has not gone to sleep
   */
  boolean sleep();

  /** Ends {@link #sleep}. */
  void wake();

  /**
   * Leaves the ring.
   *
   * @throws IllegalStateException if called by a handler of this reader
   */
  @Override
  void close();
}
