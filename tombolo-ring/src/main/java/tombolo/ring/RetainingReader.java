// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * A reader that can leave messages in the ring after it has read them, and read them again: for a
 * reader that passes messages on and learns later whether they have arrived. The ring is then its
 * buffer for sending again, and a slow receiver holds the writer back.
 *
 * <p>One thread at a time may use it. No call waits or allocates.
 *
 * <p>Once {@link #retain} has been called, messages that have been read keep their room until
 * {@link #release}. As long as there are such messages, {@link #drain} does not answer {@link
 * Answer#PEER_RESTARTED} or {@link Answer#PEER_GONE}, because the next stream would take their
 * room: it returns 0. {@link Answer#PEER_BROKEN} and {@link Answer#CUT_OFF} come at once, and the
 * messages are lost with them.
 */
public sealed interface RetainingReader extends RingReader permits SpscReader, BroadcastReader {
  /** Keeps the room of all messages that are read from now on until {@link #release}. */
  void retain();

  /**
   * Gives the room of the oldest messages that were read back to the writer. If fewer have been
   * read and not released, or the writer has changed them so that they are no messages any more, it
   * releases those that it can.
   *
   * @param messages their number, from 0
   * @return the number of messages released
   */
  long release(long messages);

  /** Continues reading with the oldest message that was not released. */
  void rewind();
}
