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
@DisplayName("The wire format of a broadcast ring")
final class BroadcastFormatTest {
  private static final int CAPACITY = 64;
  private static final long LAST = 0x1122334455667787L;

  private final byte[] golden = golden();
  private final List<String> messages = new ArrayList<>();
  private final MemorySegment ring = Arena.ofAuto().allocate(BroadcastRing.size(2, CAPACITY), 128);

  @Test
  void isWhatTheWriterAndTheReadersStore() {
    // The last lives of all sides.
    RingFixture.set(ring, 0x38, 0x98);
    RingFixture.set(ring, 0x138, 0x99);
    RingFixture.set(ring, 0x238, LAST);
    BroadcastWriter writer = BroadcastRing.writer(ring, 2, CAPACITY);
    writer.admit();
    BroadcastReader reader = BroadcastRing.reader(ring, 2, 0);
    LossyReader lossy = BroadcastRing.lossyReader(ring, 2, 1);
    assertThat(writer.admit()).isOne();
    offer(writer, 1, "hello");
    offer(writer, 2, "");
    assertThat(reader.drain(this::add, 3)).isEqualTo(2);
    offer(writer, Integer.MAX_VALUE, "@ABCDEFGHIJKLMNO");
    assertThat(lossy.poll(this::add)).isEqualTo(Answer.LOST);
    assertThat(lossy.poll(this::add)).isOne();

    assertThat(HexFormat.of().formatHex(ring.toArray(ValueLayout.JAVA_BYTE)))
        .isEqualTo(HexFormat.of().formatHex(golden));
  }

  @Test
  void isWhatALossyReaderLoads() {
    ring.copyFrom(MemorySegment.ofArray(golden));

    LossyReader reader = BroadcastRing.lossyReader(ring, 2, 1);

    assertThat(reader.drain(this::add, 10)).isOne();
    assertThat(messages).containsExactly("2147483647 @ABCDEFGHIJKLMNO");
    assertThat(reader.sequence()).isEqualTo(2);
  }

  /** Admits a reader at the position of the golden file's message, as if it had just come. */
  @Test
  void isWhatAReaderLoads() {
    ring.copyFrom(MemorySegment.ofArray(golden));
    RingFixture.set(ring, 0x308, 41);
    RingFixture.set(ring, 0x300, 0x9b);
    RingFixture.set(ring, 0x38, 0x9b);

    BroadcastReader reader = BroadcastRing.reader(ring, 2, 0); // generation 0x9c
    assertThat(reader.isConnected()).isFalse();
    RingFixture.set(ring, 0x300, 0x9c);

    assertThat(reader.drain(this::add, 10)).isOne();
    assertThat(messages).containsExactly("2147483647 @ABCDEFGHIJKLMNO");
    assertThat(RingFixture.get(ring, 0x80)).isEqualTo(97);
  }

  private static void offer(BroadcastWriter writer, int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(writer.offer(type, MemorySegment.ofArray(bytes), 0, bytes.length))
        .isEqualTo(Answer.OK);
  }

  private void add(int type, MemorySegment data, int at, int length) {
    byte[] bytes = data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    messages.add(type + " " + new String(bytes, StandardCharsets.US_ASCII));
  }

  private static byte[] golden() {
    byte[] bytes = new byte[(int) BroadcastRing.size(2, CAPACITY)];
    try (InputStream file =
        BroadcastFormatTest.class.getResourceAsStream("broadcast-ring-v1.hex")) {
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
