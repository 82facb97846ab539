// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a receiver says to the sender: how far it has come, and whether somebody reads there.
 *
 * @param names of the receiver's host and of the channel
 * @param stream the stream that it follows, or followed last; 0 before the first
 * @param expected number of the message that it expects next: all before it have arrived
 * @param life its number for the readers that it has now, never 0; another one when they have gone
 * @param echo the time in the latest {@link Hello} for this life, or 0
 * @param held nanoseconds from that hello's arrival to this frame
 * @param lost messages that it has missed because the sender did not wait
 * @param publication the sender's number of the channel's state that it has heard of; 0 before the
 *     first hello
 * @param round the sender's round when it saw a gap
 * @param reader whether somebody reads
 * @param resend whether messages are missing, so that the sender has to go back
 * @param lossy whether the sender need not wait for this receiver, which then misses messages
 * @param leaving whether the receiver's host leaves, so that nothing follows
 */
public record Status(
    Names names,
    long stream,
    long expected,
    long life,
    long echo,
    long held,
    long lost,
    long publication,
    int round,
    boolean reader,
    boolean resend,
    boolean lossy,
    boolean leaving) {
  private static final int LIFE_AT = 32;
  private static final int ECHO_AT = 40;
  private static final int HELD_AT = 48;
  private static final int LOST_AT = 56;
  private static final int ROUND_AT = 64;
  private static final int FLAGS_AT = 68;
  private static final int PUBLICATION_AT = 72;
  private static final int NAMES_AT = 80;
  private static final int READER = 1;
  private static final int RESEND = 2;
  private static final int LEAVING = 4;
  private static final int LOSSY = 8;

  /** Returns the bytes of the frame. */
  public int size() {
    return NAMES_AT + names.size();
  }

  /** Writes the frame. */
  public void write(MutableDirectBuffer buffer, int at) {
    Frame.write(buffer, at, Frame.STATUS, Frame.hash(names.channel()), stream, expected);
    buffer.putLong(at + LIFE_AT, life, Frame.ORDER);
    buffer.putLong(at + ECHO_AT, echo, Frame.ORDER);
    buffer.putLong(at + HELD_AT, held, Frame.ORDER);
    buffer.putLong(at + LOST_AT, lost, Frame.ORDER);
    buffer.putInt(at + ROUND_AT, round, Frame.ORDER);
    int flags =
        (reader ? READER : 0)
            | (resend ? RESEND : 0)
            | (lossy ? LOSSY : 0)
            | (leaving ? LEAVING : 0);
    buffer.putInt(at + FLAGS_AT, flags, Frame.ORDER);
    buffer.putLong(at + PUBLICATION_AT, publication, Frame.ORDER);
    names.write(buffer, at + NAMES_AT);
  }

  /** Returns what a frame of this kind says; empty if anything in it is wrong. */
  public static Optional<Status> read(DirectBuffer buffer, int at, int length) {
    if (length < NAMES_AT
        || !Names.check(buffer, at + NAMES_AT, length - NAMES_AT, Frame.channel(buffer, at))) {
      return Optional.empty();
    }
    int flags = buffer.getInt(at + FLAGS_AT, Frame.ORDER);
    Status status =
        new Status(
            Names.read(buffer, at + NAMES_AT),
            Frame.stream(buffer, at),
            Frame.sequence(buffer, at),
            buffer.getLong(at + LIFE_AT, Frame.ORDER),
            buffer.getLong(at + ECHO_AT, Frame.ORDER),
            buffer.getLong(at + HELD_AT, Frame.ORDER),
            buffer.getLong(at + LOST_AT, Frame.ORDER),
            buffer.getLong(at + PUBLICATION_AT, Frame.ORDER),
            buffer.getInt(at + ROUND_AT, Frame.ORDER),
            (flags & READER) != 0,
            (flags & RESEND) != 0,
            (flags & LOSSY) != 0,
            (flags & LEAVING) != 0);
    return status.isRight() && (flags & ~(READER | RESEND | LOSSY | LEAVING)) == 0
        ? Optional.of(status)
        : Optional.empty();
  }

  private boolean isRight() {
    return expected >= 0 && life != 0 && held >= 0 && lost >= 0;
  }
}
