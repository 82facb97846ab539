// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The writing side of a ring. One thread at a time may use it. No call allocates or waits.
 *
 * <p>{@link #offer} copies a message into the ring. To write one in place, call {@link #tryClaim},
 * store into {@link #data}, then {@link #commit} or {@link #abort}.
 *
 * <p>After {@link #close}, calls that write or sleep throw {@link IllegalStateException}.
 */
public sealed interface RingWriter extends AutoCloseable permits RecordWriter {
  /**
   * Copies a message into the ring and publishes it.
   *
   * @param type the message's type, at least 1
   * @param source holds the message
   * @param offset of the message's first byte in the source, in bytes
   * @param length of the message in bytes, from 0 to {@link #maxMessageLength}
   * @return {@link Answer#OK}, or another answer if nothing was written
   * @throws IllegalArgumentException if the type or the length is not allowed
   * @throws IndexOutOfBoundsException if the message is not inside the source
   * @throws IllegalStateException if a message is claimed
   */
  int offer(int type, MemorySegment source, long offset, int length);

  /**
   * Claims room for a message that the caller writes in place. Nobody sees it before {@link
   * #commit}.
   *
   * @param type the message's type, at least 1
   * @param length of the message in bytes, from 0 to {@link #maxMessageLength}
   * @return the offset in {@link #data} for the message's bytes, at least 8; or a negative {@link
   *     Answer}
   * @throws IllegalArgumentException if the type or the length is not allowed
   * @throws IllegalStateException if a message is claimed already
   */
  int tryClaim(int type, int length);

  /**
   * Publishes the claimed message.
   *
   * @throws IllegalStateException if none is claimed
   */
  void commit();

  /**
   * Gives the claimed room back. The message is never seen.
   *
   * @throws IllegalStateException if none is claimed
   */
  void abort();

  /** Returns the data area. Only the bytes of a claimed message may be written. */
  MemorySegment data();

  /** Returns the size of the data area in bytes. */
  int capacity();

  /** Returns the length of the longest message in bytes. */
  int maxMessageLength();

  /**
   * Returns how a reader broke the format, after which it is ignored, or empty while no breach has
   * been noticed.
   *
   * @param reader which one, from 0; a ring of one reader has 0 only
   * @throws IndexOutOfBoundsException if the ring has no such reader
   */
  Optional<Breach> breach(int reader);

  /**
   * Tells the writer that a reader is dead, on behalf of somebody outside the ring who knows, such
   * as the directory of channels. The reader no longer holds the writer back. In a ring of one
   * reader the next call answers {@link Answer#PEER_GONE}.
   *
   * @param reader which one, from 0; a ring of one reader has 0 only
   * @throws IndexOutOfBoundsException if the ring has no such reader
   */
  void readerIsDead(int reader);

  /** Returns whether there was somebody to write for at the last call. The next may differ. */
  boolean isConnected();

  /**
   * Returns whether a reader sleeps and must be rung; true once for each sleep. Call this after
   * anything that the other side may wait for: a message, or an answer that something has changed.
   * It costs a full fence, so a writer whose readers never sleep need not call it. It may be called
   * after {@link #close}, too.
   */
  boolean peerSleeps();

  /**
   * Tells the other side that this one is about to sleep until there is room for a message of that
   * length. {@link #wake} must follow.
   *
   * @param length of the message in bytes
   * @return false if there is something to do already; then this side is not asleep
   */
  boolean sleep(int length);

  /** Ends {@link #sleep}. */
  void wake();

  /** Leaves the ring and drops a claimed message. Published messages can still be read. */
  @Override
  void close();
}
