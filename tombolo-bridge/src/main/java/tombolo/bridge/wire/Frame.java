// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The common header of all frames between two bridges (docs/bridge-format.md). A frame is one
 * message of Aeron's. All numbers are little-endian; a frame begins at a multiple of 8.
 *
 * <p>Whoever reads a frame trusts nothing in it: {@link #kindOf} checks the header, and the class
 * of each kind the rest.
 */
public final class Frame {
  /** The characters {@code TMBG}. */
  public static final int MAGIC = 0x47424d54;

  /** The version of the format. A side of another version is refused. */
  public static final int VERSION = 1;

  /** A sender says what its stream is: {@link Hello}. */
  public static final int HELLO = 1;

  /** Whole messages: {@link Batch}. */
  public static final int BATCH = 2;

  /** A part of a message that is longer than a frame: {@link Part}. */
  public static final int PART = 3;

  /** A receiver says what has arrived: {@link Status}. */
  public static final int STATUS = 4;

  /** Returned by {@link #kindOf}: no frame. */
  public static final int NONE = 0;

  /** Returned by {@link #kindOf}: a frame of another version. */
  public static final int OTHER_VERSION = -1;

  /** Bytes of the header. */
  public static final int HEADER = 32;

  /** The longest name of a host, in bytes. */
  public static final int MAX_HOST = 32;

  /** The longest name of a channel, in bytes. */
  public static final int MAX_CHANNEL = 64;

  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final int VERSION_AT = 4;
  private static final int KIND_AT = 6;
  private static final int CHANNEL_AT = 8;
  private static final int STREAM_AT = 16;
  private static final int SEQUENCE_AT = 24;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final int KIND_MASK = 0xffff;

  private Frame() {}

  /** Returns the number of a name in frames: its 64-bit FNV-1a hash. */
  public static long hash(String name) {
    long hash = FNV_OFFSET;
    for (byte one : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (one & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  /**
   * Returns whether a stream began after another one. Streams are numbered modulo 2^64, so no
   * number that a hostile side makes up is the last.
   */
  public static boolean isLater(long number, long other) {
    return number - other > 0;
  }

  /** Returns the number of the stream, or publication, after one; never 0, which is none. */
  public static long next(long number) {
    return number == -1 ? 1 : number + 1;
  }

  /** Returns the kind of a frame, or {@link #NONE}, or {@link #OTHER_VERSION}. */
  public static int kindOf(DirectBuffer buffer, int at, int length) {
    if (length < HEADER || buffer.getInt(at, ORDER) != MAGIC) {
      return NONE;
    }
    if ((buffer.getShort(at + VERSION_AT, ORDER) & KIND_MASK) != VERSION) {
      return OTHER_VERSION;
    }
    int kind = buffer.getShort(at + KIND_AT, ORDER) & KIND_MASK;
    return kind >= HELLO && kind <= STATUS ? kind : NONE;
  }

  static void write(
      MutableDirectBuffer buffer, int at, int kind, long channel, long stream, long sequence) {
    buffer.putInt(at, MAGIC, ORDER);
    buffer.putShort(at + VERSION_AT, (short) VERSION, ORDER);
    buffer.putShort(at + KIND_AT, (short) kind, ORDER);
    buffer.putLong(at + CHANNEL_AT, channel, ORDER);
    buffer.putLong(at + STREAM_AT, stream, ORDER);
    buffer.putLong(at + SEQUENCE_AT, sequence, ORDER);
  }

  /** Returns the hash of the channel's name. */
  public static long channel(DirectBuffer buffer, int at) {
    return buffer.getLong(at + CHANNEL_AT, ORDER);
  }

  /** Returns the number of the stream. */
  public static long stream(DirectBuffer buffer, int at) {
    return buffer.getLong(at + STREAM_AT, ORDER);
  }

  /** Returns the number of a message in the stream. */
  public static long sequence(DirectBuffer buffer, int at) {
    return buffer.getLong(at + SEQUENCE_AT, ORDER);
  }
}
