// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a sender says of its stream to one receiver, ten times a second and whenever it changes.
 *
 * @param names of the sender's host and of the channel
 * @param stream the stream's number, later than those before it; 0 if there is none
 * @param next number of the message that is sent next
 * @param oldest number of the oldest message that can still be sent again
 * @param start number of the first message that is for this receiver
 * @param to hash of the name of the receiver's host
 * @param life the receiver's life that this is for
 * @param sentAt the sender's time, in nanoseconds, which comes back in a status
 * @param publication the number of the channel's present state, whether it is there or not; later
 *     than those before it
 * @param round how often the sender has gone back in this stream
 * @param isThere whether there is such a channel on the sender's host
 */
public record Hello(
    Names names,
    long stream,
    long next,
    long oldest,
    long start,
    long to,
    long life,
    long sentAt,
    long publication,
    int round,
    boolean isThere) {
  private static final int OLDEST_AT = 32;
  private static final int START_AT = 40;
  private static final int TO_AT = 48;
  private static final int LIFE_AT = 56;
  private static final int SENT_AT = 64;
  private static final int ROUND_AT = 72;
  private static final int FLAGS_AT = 76;
  private static final int PUBLICATION_AT = 80;
  private static final int NAMES_AT = 88;
  private static final int THERE = 1;

  /** Returns the bytes of the frame. */
  public int size() {
    return NAMES_AT + names.size();
  }

  /** Writes the frame. */
  public void write(MutableDirectBuffer buffer, int at) {
    Frame.write(buffer, at, Frame.HELLO, Frame.hash(names.channel()), stream, next);
    buffer.putLong(at + OLDEST_AT, oldest, Frame.ORDER);
    buffer.putLong(at + START_AT, start, Frame.ORDER);
    buffer.putLong(at + TO_AT, to, Frame.ORDER);
    buffer.putLong(at + LIFE_AT, life, Frame.ORDER);
    buffer.putLong(at + SENT_AT, sentAt, Frame.ORDER);
    buffer.putInt(at + ROUND_AT, round, Frame.ORDER);
    buffer.putInt(at + FLAGS_AT, isThere ? THERE : 0, Frame.ORDER);
    buffer.putLong(at + PUBLICATION_AT, publication, Frame.ORDER);
    names.write(buffer, at + NAMES_AT);
  }

  /** Returns what a frame of this kind says; empty if anything in it is wrong. */
  public static Optional<Hello> read(DirectBuffer buffer, int at, int length) {
    if (length < NAMES_AT
        || !Names.check(buffer, at + NAMES_AT, length - NAMES_AT, Frame.channel(buffer, at))) {
      return Optional.empty();
    }
    int flags = buffer.getInt(at + FLAGS_AT, Frame.ORDER);
    Hello hello =
        new Hello(
            Names.read(buffer, at + NAMES_AT),
            Frame.stream(buffer, at),
            Frame.sequence(buffer, at),
            buffer.getLong(at + OLDEST_AT, Frame.ORDER),
            buffer.getLong(at + START_AT, Frame.ORDER),
            buffer.getLong(at + TO_AT, Frame.ORDER),
            buffer.getLong(at + LIFE_AT, Frame.ORDER),
            buffer.getLong(at + SENT_AT, Frame.ORDER),
            buffer.getLong(at + PUBLICATION_AT, Frame.ORDER),
            buffer.getInt(at + ROUND_AT, Frame.ORDER),
            (flags & THERE) != 0);
    return hello.isRight() && (flags & ~THERE) == 0 ? Optional.of(hello) : Optional.empty();
  }

  private boolean isRight() {
    return start >= 0 && oldest >= 0 && next >= oldest && next >= start;
  }
}
