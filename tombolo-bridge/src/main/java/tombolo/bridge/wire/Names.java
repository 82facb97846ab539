// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The end of a frame that introduces its sender: the name of its host and that of the channel.
 *
 * @param host 1 to 32 characters of ASCII
 * @param channel 1 to 64 characters of ASCII
 */
public record Names(String host, String channel) {
  private static final int LENGTHS = 8;

  /** Returns the bytes that the names take in a frame. */
  int size() {
    return LENGTHS + host.length() + channel.length();
  }

  void write(MutableDirectBuffer buffer, int at) {
    buffer.putLong(at, 0);
    buffer.putByte(at, (byte) host.length());
    buffer.putByte(at + 1, (byte) channel.length());
    buffer.putBytes(at + LENGTHS, host.getBytes(StandardCharsets.US_ASCII));
    buffer.putBytes(at + LENGTHS + host.length(), channel.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Returns whether the rest of a frame, from {@code at} on, is names, and the channel's is the one
   * whose hash the frame has.
   */
  static boolean check(DirectBuffer buffer, int at, int length, long channelHash) {
    if (length < LENGTHS) {
      return false;
    }
    int host = buffer.getByte(at);
    int channel = buffer.getByte(at + 1);
    return host >= 1
        && host <= Frame.MAX_HOST
        && channel >= 1
        && channel <= Frame.MAX_CHANNEL
        && length == LENGTHS + host + channel
        && isPrintable(buffer, at + LENGTHS, host + channel)
        && Frame.hash(text(buffer, at + LENGTHS + host, channel)) == channelHash;
  }

  private static boolean isPrintable(DirectBuffer buffer, int at, int length) {
    for (int i = 0; i < length; i++) {
      byte one = buffer.getByte(at + i);
      if (one <= ' ' || one > '~') {
        return false;
      }
    }
    return true;
  }

  /** Returns names that {@link #check} has found right. */
  static Names read(DirectBuffer buffer, int at) {
    int host = buffer.getByte(at);
    int channel = buffer.getByte(at + 1);
    return new Names(text(buffer, at + LENGTHS, host), text(buffer, at + LENGTHS + host, channel));
  }

  private static String text(DirectBuffer buffer, int at, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(at, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
