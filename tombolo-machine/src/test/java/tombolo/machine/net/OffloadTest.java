// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a driver says of a frame, and what is done for it. */
final class OffloadTest {
  private static final int TCP_IPV4 = 1;
  private static final int TCP_IPV6 = 4;
  private static final int VLAN_TAG = 4;

  /** Puts a driver's header into a frame. */
  private static boolean accept(
      Frame frame, int flags, int type, int size, int start, int offset, long features) {
    ByteBuffer.wrap(frame.bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) flags)
        .put((byte) type)
        .putShort((short) 0xffff) // the length of the headers is a hint, and not looked at
        .putShort((short) size)
        .putShort((short) start)
        .putShort((short) offset);
    return frame.readOffload(features);
  }

  /** Makes a TCP frame over IPv6, behind a VLAN's tag. */
  private static Frame ipv6(int payload) {
    Frame frame = new Frame();
    int ip = Frame.LEAST + VLAN_TAG;
    frame.length(ip + 60 + payload);
    frame.uint16(12, 0x8100);
    frame.uint16(ip - 2, 0x86dd);
    frame.octet(ip, 0x60);
    frame.uint16(ip + 4, 20 + payload);
    frame.octet(ip + 6, 6);
    for (int i = 8; i < 40; i++) {
      frame.octet(ip + i, i);
    }
    int tcp = ip + 40;
    frame.int32(tcp + 4, 1000);
    frame.octet(tcp + 12, 0x50);
    frame.octet(tcp + 13, 0x18);
    for (int i = 0; i < payload; i++) {
      frame.octet(tcp + 20 + i, i * 13);
    }
    return frame;
  }

  @Test
  void aLargeFrameOverIpv6IsSegmented() {
    Frame frame = ipv6(250);
    assertThat(accept(frame, 1, TCP_IPV6, 100, 58, 16, NetworkFeature.OFFLOADS)).isTrue();
    Segments segments = new Segments();
    segments.begin(frame);
    for (int at = 0; at < 250; at += 100) {
      assertThat(segments.hasNext()).isTrue();
      Frame segment = segments.next();
      int payload = Math.min(100, 250 - at);
      assertThat(segment.length()).isEqualTo(78 + payload);
      assertThat(segment.uint16(18 + 4)).as("length").isEqualTo(20 + payload);
      assertThat(segment.int32(58 + 4)).as("sequence").isEqualTo(1000 + at);
      assertThat(segment.octet(58 + 13)).as("flags").isEqualTo(at == 200 ? 0x18 : 0x10);
      assertThat(segment.octet(78)).isEqualTo(at * 13 & 0xff);
      segment.completeChecksum();
      long sum = Checksum.sum(segment.bytes, Frame.HEADER + 26, Frame.HEADER + 78 + payload);
      assertThat(Checksum.fold(sum + 6 + 20 + payload)).as("the whole sum").isEqualTo(0xffff);
      assertThat(segment.offload()).isEqualTo(Offload.NONE);
    }
    assertThat(segments.hasNext()).isFalse();
  }

  @Test
  void aLargeFrameWithoutPayloadIsOneSegment() {
    Frame frame = ipv6(0);
    assertThat(accept(frame, 1, TCP_IPV6, 100, 58, 16, NetworkFeature.OFFLOADS)).isTrue();
    Segments segments = new Segments();
    segments.begin(frame);
    assertThat(segments.next().length()).isEqualTo(78);
    assertThat(segments.hasNext()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 58, 16, true", // a checksum alone
    "0, 0, 0, 9, 9, true", // nothing: what else it says is not looked at
    "1, 0, 0, 13, 16, false", // inside the Ethernet header
    "1, 0, 0, 58, 219, false", // the checksum's last byte is behind the frame
    "1, 0, 0, 58, 218, true",
    "1, 0, 0, 65535, 65535, false",
    "1, 1, 100, 58, 16, false", // not IPv4
    "1, 3, 100, 58, 16, false", // UDP was never offered
    "1, 132, 100, 58, 16, false", // nor ECN
    "1, 4, 100, 58, 16, true",
    "0, 4, 100, 58, 16, false", // segments need a checksum
    "1, 4, 47, 58, 16, false", // too many segments
    "1, 4, 48, 58, 16, true",
    "1, 4, 100, 59, 16, false", // not where TCP begins
    "1, 4, 100, 58, 6, false", // not TCP's checksum
  })
  void whatADriverSaysHasToFitTheFrame(
      int flags, int type, int size, int start, int offset, boolean fits) {
    Frame frame = ipv6(200);
    assertThat(accept(frame, flags, type, size, start, offset, NetworkFeature.OFFLOADS))
        .isEqualTo(fits);
  }

  @Test
  void whatWasNotNegotiatedIsRefused() {
    long all = NetworkFeature.OFFLOADS;
    assertThat(accept(ipv6(200), 1, TCP_IPV6, 100, 58, 16, all & ~NetworkFeature.HOST_TSO6))
        .isFalse();
    assertThat(accept(ipv6(200), 1, TCP_IPV6, 100, 58, 16, all & ~NetworkFeature.CSUM)).isFalse();
    assertThat(accept(ipv6(200), 1, 0, 0, 58, 16, all & ~NetworkFeature.CSUM)).isFalse();
  }

  /** Whatever it is: it is refused, or every segment is a frame. */
  @Test
  void anyFrameWithAnyHeaderIsRefusedOrSegmented() {
    Random random = new Random(7);
    Segments segments = new Segments();
    int accepted = 0;
    for (int i = 0; i < 200_000; i++) {
      Frame frame = ipv6(random.nextInt(400));
      boolean four = random.nextBoolean();
      int start = 58;
      if (four) {
        frame.uint16(12, 0x0800);
        frame.octet(14, 0x40 + random.nextInt(16));
        frame.octet(23, 6);
        start = 14 + 4 * random.nextInt(16);
        frame.octet(Math.min(start + 12, frame.length()), random.nextInt());
      } else {
        frame.octet(70, random.nextInt());
      }
      if (random.nextInt(4) == 0) {
        frame.length(Frame.LEAST + random.nextInt(frame.length()));
      }
      int type = four ? TCP_IPV4 : TCP_IPV6;
      int size = random.nextInt(1, 200);
      if (!accept(frame, 1, type, size, start, 16, NetworkFeature.OFFLOADS)) {
        continue;
      }
      accepted++;
      segments.begin(frame);
      int payload = 0;
      while (segments.hasNext()) {
        Frame segment = segments.next();
        segment.completeChecksum();
        payload += segment.length() - frame.offload().headers();
      }
      assertThat(payload).isEqualTo(frame.length() - frame.offload().headers());
    }
    assertThat(accepted).isGreaterThan(1000);
  }

  /** The example of RFC 1071, and pieces of it, of odd lengths too. */
  @ParameterizedTest
  @CsvSource({
    "8, ddf2", "7, dcfb", "6, e6fa", "5, e605", "4, f204", "3, f201", "2, 0001", "1, 0000"
  })
  void theSumIsThatOfTheInternet(int length, String sum) {
    byte[] bytes = {
      0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7
    };
    assertThat(Checksum.of(bytes, 0, length)).isEqualTo(~Integer.parseInt(sum, 16) & 0xffff);
  }
}
