// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import tombolo.machine.net.MacAddress;

/** TCP over IPv4 in Ethernet, as a driver gives it to a device that segments, and as segments. */
final class TcpFrame {
  static final int IP = 14;
  static final int TCP = 34;
  static final int PAYLOAD = 54;
  private static final int SEQUENCE = 0xffff_f000; // wraps around on its way
  private static final int IDENTITY = 0xffff;
  private static final int ALL_FLAGS = 0x99; // CWR, ACK, PSH, FIN

  private TcpFrame() {}

  /** Makes a large frame, whose checksum is the sum of the pseudo header. */
  static byte[] ipv4(MacAddress to, MacAddress from, int payload) {
    ByteBuffer frame = ByteBuffer.allocate(PAYLOAD + payload);
    frame.put(to.octets()).put(from.octets()).putShort((short) 0x0800);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (40 + payload));
    frame.putShort((short) IDENTITY).putShort((short) 0x4000);
    frame.put((byte) 64).put((byte) 6).putShort((short) 0);
    frame.putInt(0x0a090801).putInt(0x0a090802);
    frame.putShort(IP + 10, (short) ~sum(frame.array(), IP, TCP, 0));
    frame.putShort((short) 4000).putShort((short) 5000).putInt(SEQUENCE).putInt(77);
    frame.put((byte) 0x50).put((byte) ALL_FLAGS).putShort((short) 500);
    frame.putShort((short) sum(frame.array(), IP + 12, TCP, 6 + 20 + payload)).putShort((short) 0);
    for (int i = 0; i < payload; i++) {
      frame.put((byte) (i * 31 + i / 256));
    }
    return frame.array();
  }

  /** The ones' complement sum, of 16-bit numbers, and of another number. */
  private static int sum(byte[] bytes, int from, int to, int more) {
    int sum = more;
    for (int i = from; i < to; i++) {
      sum += (i - from) % 2 == 0 ? (bytes[i] & 0xff) << 8 : bytes[i] & 0xff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  /**
   * Checks a segment.
   *
   * @param large the frame that it was a part of
   * @param at where its payload was there
   * @param partial whether the checksum is only that of the pseudo header
   */
  static void assertSegment(byte[] segment, byte[] large, int at, boolean partial) {
    int payload = segment.length - PAYLOAD;
    ByteBuffer fields = ByteBuffer.wrap(segment);
    assertThat(Arrays.copyOf(segment, IP)).isEqualTo(Arrays.copyOf(large, IP));
    assertThat(fields.getShort(IP + 2)).as("length").isEqualTo((short) (40 + payload));
    assertThat(fields.getShort(IP + 4))
        .as("identity")
        .isEqualTo((short) (IDENTITY + (at + 1399) / 1400));
    assertThat(sum(segment, IP, TCP, 0)).as("the header's checksum").isEqualTo(0xffff);
    assertThat(fields.getInt(TCP + 4)).as("sequence").isEqualTo(SEQUENCE + at);
    boolean last = PAYLOAD + at + payload == large.length;
    assertThat(segment[TCP + 13])
        .as("flags")
        .isEqualTo((byte) (0x10 | (at == 0 ? 0x80 : 0) | (last ? 0x09 : 0)));
    int pseudo = 6 + 20 + payload;
    if (partial) {
      assertThat(fields.getShort(TCP + 16)).isEqualTo((short) sum(segment, IP + 12, TCP, pseudo));
    } else {
      int whole = sum(segment, IP + 12, TCP, pseudo) + sum(segment, TCP, segment.length, 0);
      assertThat(sum(new byte[0], 0, 0, whole)).as("the checksum").isEqualTo(0xffff);
    }
    assertThat(Arrays.copyOfRange(segment, PAYLOAD, segment.length))
        .isEqualTo(Arrays.copyOfRange(large, PAYLOAD + at, PAYLOAD + at + payload));
  }
}
