// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The writing side of a ring. For one thread at a time. No call allocates or waits.
 *
 * <p>A message goes in by {@link #offer}, which copies it, or in place: {@link #tryClaim}, stores
 * into {@link #data}, then {@link #commit} or {@link #abort}.
 *
 * <p>After {@link #close} nothing can be written or waited for: {@link IllegalStateException}.
 */
public sealed interface RingWriter extends AutoCloseable permits RecordWriter {
  /**
   * Copies a message into the ring and publishes it.
   *
   * @param type at least 1
   * @param source where the message is
   * @param offset of its first byte in the source
   * @param length bytes, from 0 to {@link #maxMessageLength}
   * @return {@link Answer#OK} or another answer, and then nothing was written
   * @throws IllegalArgumentException if the type or the length is none
   * @throws IndexOutOfBoundsException if the message is not inside the source
   * @throws IllegalStateException if a message is claimed
   */
  int offer(int type, MemorySegment source, long offset, int length);

  /**
   * Claims room for a message, to be written in place. Nobody sees it before {@link #commit}.
   *
   * @param type at least 1
   * @param length bytes, from 0 to {@link #maxMessageLength}
   * @return where in {@link #data} the message's bytes go, at least 8; or an {@link Answer}, which
   *     is negative
   * @throws IllegalArgumentException if the type or the length is none
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
   * Gives the claimed room back: the message never was.
   *
   * @throws IllegalStateException if none is claimed
   */
  void abort();

  /** The data area. Only the bytes of a claimed message may be written. */
  MemorySegment data();

  /** Bytes of the data area. */
  int capacity();

  /** Bytes of the longest message. */
  int maxMessageLength();

  /**
   * What a reader has done to the ring, for which it is looked at no more; empty as long as nothing
   * was noticed.
   *
   * @param reader which one, from 0; a ring of one reader has 0 only
   */
  Optional<Breach> breach(int reader);

  /**
   * A reader is dead, as somebody knows who is not in the ring: the directory of channels, say. It
   * does not hold the writer back any more. The next call says {@link Answer#PEER_GONE} if nobody
   * is left.
   *
   * @param reader which one, from 0; a ring of one reader has 0 only
   */
  void readerIsDead(int reader);

  /** Whether there is somebody to write for. What the next call says may differ. */
  boolean isConnected();

  /**
   * Whether somebody sleeps who must be rung, said once for each sleep. To be asked after anything
   * that the other side may wait for: a message, or an answer that something has changed. It costs
   * a full fence, so who writes for readers that never sleep does not ask. May be asked after
   * {@link #close}, too.
   */
  boolean peerSleeps();

  /**
   * Says to the other side that this one is about to sleep until there is room for a message of
   * that length. {@link #wake} must follow.
   *
   * @return false if there is something to do already, and then this side has not gone to sleep
   */
  boolean sleep(int length);

  /** Ends {@link #sleep}. */
  void wake();

  /** Leaves the ring, and a claimed message with it; what is published can still be read. */
  @Override
  void close();
}
