// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import org.agrona.DirectBuffer;

/**
 * The ring into which a bridge writes. Belongs to the bridge's worker; no call waits. Answers are
 * those of {@link tombolo.ring.Answer}.
 */
public interface RingSink {
  /** Lets the channel be there, because it is on the sender's host. */
  void appear();

  /** Lets the channel be there no longer. What is in its ring can still be read. */
  void disappear();

  /** Begins another life of the ring's writer: readers read the rest of the last one first. */
  void begin();

  /** Leaves the ring, not the channel: readers find that the writer has gone. */
  void leave();

  /** Returns whether somebody reads, or is there to read as soon as there is a writer. */
  boolean hasReader();

  /** Looks what has become of the readers, as a message would find it. Returns an answer. */
  int look();

  /** Copies a message into the ring. Returns an answer. */
  int offer(int type, DirectBuffer source, int at, int length);

  /** Claims room for a message that comes in parts. Returns an answer. */
  int claim(int type, int length);

  /** Copies a part into the claimed room. */
  void put(int offset, DirectBuffer source, int at, int length);

  /** Publishes the claimed message. */
  void commit();

  /** Wakes readers that sleep; called after some messages. */
  void flush();

  /** Gives the claimed room back. */
  void abort();

  /** Returns the length of the longest message in bytes. */
  int maxMessageLength();

  /**
   * Says that this side is about to sleep until there is room again, or a reader; {@link #wake}
   * must follow.
   *
   * @return false if there is something to do already; then it is not asleep
   */
  boolean sleep();

  /** Ends {@link #sleep}. */
  void wake();
}
