// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames of the protocol, good and bad. */
class PacketsTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private Packets receiving(String bytes) {
    return new Packets(new ByteArrayInputStream(bytes.getBytes(ISO_8859_1)), sent);
  }

  private String sent() {
    return sent.toString(ISO_8859_1);
  }

  @Test
  void aPacketIsReceivedAndAcknowledged() throws IOException {
    Packets packets = receiving("+$qC#b4$g#67");

    assertThat(packets.receive()).isEqualTo("qC");
    assertThat(packets.receive()).isEqualTo("g");
    assertThat(packets.receive()).isEqualTo(Packets.END);
    assertThat(sent()).isEqualTo("++");
  }

  @Test
  void aPacketWithAWrongSumIsRefused() throws IOException {
    Packets packets = receiving("$qC#b5$qC#zz$qC#b4");

    assertThat(packets.receive()).isEqualTo("qC");
    assertThat(sent()).isEqualTo("--+");
  }

  @Test
  void anInterruptIsAByteBetweenPackets() throws IOException {
    assertThat(receiving("\u0003$g#67").receive()).isEqualTo(Packets.INTERRUPT);
  }

  @Test
  void escapedBytesAreTakenAndSent() throws IOException {
    Packets packets = receiving("$X}\u0003}]#%02x".formatted('X' + '}' + 3 + '}' + ']' & 0xff));

    assertThat(packets.receive()).isEqualTo("X#}");
    sent.reset();
    packets.send("a#b$c}d*");
    String frame = sent();
    assertThat(frame).startsWith("$a}\u0003b}\u0004c}]d}\n#");
    assertThat(new Packets(new ByteArrayInputStream(sent.toByteArray()), sent).receive())
        .isEqualTo("a#b$c}d*");
  }

  @Test
  void thePacketThatWasSentLastIsSentAgain() throws IOException {
    Packets packets = receiving("-");
    packets.send("OK");

    packets.receive();

    assertThat(sent()).isEqualTo("$OK#9a$OK#9a");
  }

  @Test
  void nobodyAcknowledgesOnceThatIsAgreed() throws IOException {
    Packets packets = receiving("$g#67");
    packets.acknowledgeNoMore();

    packets.receive();

    assertThat(sent()).isEmpty();
  }

  @Test
  void aPacketOfAnyLengthIsBounded() throws IOException {
    String huge = "a".repeat(10 * Packets.MOST);
    Packets packets = receiving("$%s#%02x$g#67".formatted(huge, huge.chars().sum() & 0xff));

    assertThat(packets.receive()).isEqualTo("g");
    assertThat(sent()).isEqualTo("-+");
  }

  @Test
  void whateverComesTheEndComes() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] =
            random.nextInt(4) == 0 ? (byte) "$#}+-\u0003".charAt(random.nextInt(6)) : bytes[at];
      }
      Packets packets = new Packets(new ByteArrayInputStream(bytes), sent);
      String payload = packets.receive();
      while (!payload.equals(Packets.END)) {
        payload = packets.receive();
      }
    }
  }
}
