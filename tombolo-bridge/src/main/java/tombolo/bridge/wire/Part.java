// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A frame with a part of one message, which is longer than a frame. The parts of a message follow
 * each other. The frame's sequence is the message's number.
 */
public final class Part {
  /** Where the bytes begin. */
  public static final int BYTES_AT = 48;

  private static final int TYPE_AT = 32;
  private static final int ROUND_AT = 36;
  private static final int LENGTH_AT = 40;
  private static final int OFFSET_AT = 44;

  private Part() {}

  /**
   * Writes a frame's header; the bytes follow.
   *
   * @param type the message's
   * @param total the message's length in bytes
   * @param offset of these bytes in the message
   */
  public static void write(
      MutableDirectBuffer buffer,
      int at,
      long channel,
      long stream,
      long sequence,
      int round,
      int type,
      int total,
      int offset) {
    Frame.write(buffer, at, Frame.PART, channel, stream, sequence);
    buffer.putInt(at + TYPE_AT, type, Frame.ORDER);
    buffer.putInt(at + ROUND_AT, round, Frame.ORDER);
    buffer.putInt(at + LENGTH_AT, total, Frame.ORDER);
    buffer.putInt(at + OFFSET_AT, offset, Frame.ORDER);
  }

  /** Returns whether the frame is right: its bytes lie in the message that it says. */
  public static boolean check(DirectBuffer buffer, int at, int length) {
    if (length <= BYTES_AT || Frame.sequence(buffer, at) < 0) {
      return false;
    }
    int bytes = length - BYTES_AT;
    int total = total(buffer, at);
    int offset = offset(buffer, at);
    return type(buffer, at) > 0 && total >= bytes && offset >= 0 && offset <= total - bytes;
  }

  /** Returns how often the sender had gone back. */
  public static int round(DirectBuffer buffer, int at) {
    return buffer.getInt(at + ROUND_AT, Frame.ORDER);
  }

  /** Returns the message's type. */
  public static int type(DirectBuffer buffer, int at) {
    return buffer.getInt(at + TYPE_AT, Frame.ORDER);
  }

  /** Returns the message's length. */
  public static int total(DirectBuffer buffer, int at) {
    return buffer.getInt(at + LENGTH_AT, Frame.ORDER);
  }

  /** Returns where in the message the bytes belong. */
  public static int offset(DirectBuffer buffer, int at) {
    return buffer.getInt(at + OFFSET_AT, Frame.ORDER);
  }
}
