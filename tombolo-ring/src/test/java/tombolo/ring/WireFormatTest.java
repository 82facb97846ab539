// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The golden file was made from docs/ring-format.md, not by this code. */
@DisplayName("The wire format of a ring")
final class WireFormatTest {
  private static final int CAPACITY = 64;

  private final byte[] golden = golden();
  private final List<String> messages = new ArrayList<>();

  @Test
  void isWhatTheWriterAndTheReaderStore() {
    MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 128);
    // The last lives of both sides.
    RingFixture.set(ring, 0x38, 0x98);
    RingFixture.set(ring, 0x138, 0x1122334455667787L);
    SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    SpscReader reader = SpscRing.reader(ring);
    assertThat(reader.poll(this::add)).isZero();
    offer(writer, 1, "hello");
    offer(writer, 2, "");
    offer(writer, Integer.MAX_VALUE, "@ABCDEFGHIJKLMNOPQRSTUVW");
    assertThat(reader.drain(this::add, 3)).isEqualTo(3);
    offer(writer, 3, "world");

    assertThat(ring.toArray(ValueLayout.JAVA_BYTE)).containsExactly(golden);
  }

  /** Returns a reader that was there from the start, since none joins a stream in the middle. */
  @Test
  void isWhatTheReaderLoads() {
    MemorySegment ring = Arena.ofAuto().allocate(golden.length, 128);
    MemorySegment image = MemorySegment.ofArray(golden);
    RingFixture.set(ring, 0x38, 0x98);
    SpscReader reader = SpscRing.reader(ring);
    ring.asSlice(0x100, 0x100).copyFrom(image.asSlice(0x100, 0x100));
    RingFixture.set(ring, 0x200, 0);
    assertThat(reader.poll(this::add)).isZero();
    assertThat(reader.isConnected()).isTrue();
    // Messages of 32 and 24 bytes, like the example's three.
    RingFixture.set(ring, 0x200, 0x01_0000_0018L);
    RingFixture.set(ring, 0x220, 0x01_0000_0010L);
    assertThat(reader.drain((_, _, _, _) -> {}, 2)).isEqualTo(2);

    ring.asSlice(0x100).copyFrom(image.asSlice(0x100));

    assertThat(reader.drain(this::add, 10)).isOne();
    assertThat(messages).containsExactly("3 world");
    assertThat(ring.asSlice(0, 0x80).mismatch(image.asSlice(0, 0x80))).isEqualTo(-1);
    assertThat(RingFixture.get(ring, 0x80)).isEqualTo(81);
  }

  private static void offer(SpscWriter writer, int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(writer.offer(type, MemorySegment.ofArray(bytes), 0, bytes.length))
        .isEqualTo(Answer.OK);
  }

  private void add(int type, MemorySegment data, int at, int length) {
    byte[] bytes = data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    messages.add(type + " " + new String(bytes, StandardCharsets.US_ASCII));
  }

  private static byte[] golden() {
    byte[] bytes = new byte[(int) SpscRing.size(CAPACITY)];
    try (InputStream file = WireFormatTest.class.getResourceAsStream("spsc-ring-v1.hex")) {
      String text =
          new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.US_ASCII);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(
              line -> {
                byte[] row = HexFormat.ofDelimiter(" ").parseHex(line.substring(5));
                int at = HexFormat.fromHexDigits(line.substring(0, 3));
                System.arraycopy(row, 0, bytes, at, row.length);
              });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes;
  }
}
