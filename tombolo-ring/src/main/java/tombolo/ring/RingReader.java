// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.util.Optional;

/**
 * The reading side of a ring. One thread at a time may use it. No call waits; the implementations
 * say which calls allocate.
 *
 * <p>After {@link #close}, calls that read or sleep throw {@link IllegalStateException}.
 */
public sealed interface RingReader extends AutoCloseable permits RecordReader, RetainingReader {
  /**
   * Reads one message, if there is one. This is {@link #drain} with a limit of 1.
   *
   * @return 1, or 0 if there was none, or a negative {@link Answer}
   */
  default int poll(MessageHandler handler) {
    return drain(handler, 1);
  }

  /**
   * Reads the messages that are there. One call reads no more than a full ring, so it ends even if
   * the writer never stops.
   *
   * <p>Exceptions of the handler go to the caller; the message under way counts as read.
   *
   * @param limit the largest number of messages to read, at least 1
   * @return the number of messages read, from 0, or a negative {@link Answer}. Messages that
   *     precede the event behind an answer are read and counted first; the next call then answers
   * @throws IllegalArgumentException if the limit is less than 1
   * @throws IllegalStateException if called by a handler of this reader
   */
  int drain(MessageHandler handler, int limit);

  /** Returns how the writer broke the format, or empty while no breach has been noticed. */
  Optional<Breach> breach();

  /** Returns whether there was a writer to read from at the last call. The next may differ. */
  boolean isConnected();

  /**
   * Returns whether the writer sleeps until there is room and must be rung; true once for each
   * sleep. See {@link RingWriter#peerSleeps}.
   */
  boolean peerSleeps();

  /**
   * Tells the other side that this one is about to sleep until there is something to read. {@link
   * #wake} must follow.
   *
   * @return false if there is something already; then this side is not asleep
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
