// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import tombolo.ring.MessageHandler;

/**
 * The ring from which a bridge reads. A bridge that has nobody to read for is not in the ring, so
 * its writer finds no reader. Belongs to the bridge's worker; no call waits.
 */
public interface RingSource {
  /** Returns whether there is a ring that can be opened or is open. */
  boolean isThere();

  /** Joins the ring: another life of its reader. */
  void open();

  /** Leaves the ring, not the channel. */
  void close();

  /** Returns whether this side is in the ring. */
  boolean isOpen();

  /** Returns whether the writer has joined this life. */
  boolean isConnected();

  /**
   * Reads messages, which stay in the ring until {@link #release}.
   *
   * @return their number, or an answer of {@link tombolo.ring.Answer}; PEER_GONE and PEER_RESTARTED
   *     only when nothing is retained
   */
  int drain(MessageHandler handler, int limit);

  /** Gives the room of the oldest messages back; returns the number of these. */
  long release(long messages);

  /** Reads again from the oldest message that was not released. */
  void rewind();

  /**
   * Says that this side is about to sleep until there is something to read; {@link #wake} must
   * follow.
   *
   * @return false if there is something already; then it is not asleep
   */
  boolean sleep();

  /** Ends {@link #sleep}. */
  void wake();
}
