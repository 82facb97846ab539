// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A frame of whole messages, one after the other. The frame's sequence is the number of the first.
 * Each message is a record as in a ring: a word with length and type, and the bytes, padded to a
 * multiple of 8.
 */
public final class Batch {
  /** Where the records begin. */
  public static final int RECORDS_AT = 40;

  /** Bytes of a record's header. */
  public static final int RECORD_HEADER = 8;

  private static final int COUNT_AT = 32;
  private static final int ROUND_AT = 36;
  private static final int ALIGNMENT = 8;

  private Batch() {}

  /** Returns the bytes that a record takes. */
  public static int recordSize(int length) {
    return (RECORD_HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * Writes a frame's header; the records follow.
   *
   * @param count number of records, at least 1
   * @param round how often the sender has gone back in this stream
   */
  public static void write(
      MutableDirectBuffer buffer,
      int at,
      long channel,
      long stream,
      long sequence,
      int count,
      int round) {
    Frame.write(buffer, at, Frame.BATCH, channel, stream, sequence);
    buffer.putInt(at + COUNT_AT, count, Frame.ORDER);
    buffer.putInt(at + ROUND_AT, round, Frame.ORDER);
  }

  /** Writes a record's header. */
  public static void writeRecord(MutableDirectBuffer buffer, int at, int type, int length) {
    buffer.putLong(at, (long) type << Integer.SIZE | length, Frame.ORDER);
  }

  /**
   * Checks every record of a frame, so that they can be used as they are: types are positive, and
   * the records fill the frame.
   *
   * @return the number of messages, or -1 if anything is wrong
   */
  public static int check(DirectBuffer buffer, int at, int length) {
    if (length < RECORDS_AT || Frame.sequence(buffer, at) < 0) {
      return -1;
    }
    int count = buffer.getInt(at + COUNT_AT, Frame.ORDER);
    int position = RECORDS_AT;
    for (int i = 0; i < count; i++) {
      if (length - position < RECORD_HEADER) {
        return -1;
      }
      int bytes = buffer.getInt(at + position, Frame.ORDER);
      int type = buffer.getInt(at + position + Integer.BYTES, Frame.ORDER);
      if (type <= 0 || bytes < 0 || bytes > length - position - RECORD_HEADER) {
        return -1;
      }
      position += recordSize(bytes);
    }
    return count > 0 && position == length ? count : -1;
  }

  /** Returns the length of the record there. */
  public static int length(DirectBuffer buffer, int at) {
    return buffer.getInt(at, Frame.ORDER);
  }

  /** Returns the type of the record there. */
  public static int type(DirectBuffer buffer, int at) {
    return buffer.getInt(at + Integer.BYTES, Frame.ORDER);
  }

  /** Returns how often the sender had gone back. */
  public static int round(DirectBuffer buffer, int at) {
    return buffer.getInt(at + ROUND_AT, Frame.ORDER);
  }
}
