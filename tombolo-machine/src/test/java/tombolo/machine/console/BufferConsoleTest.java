// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;

@Timeout(60)
final class BufferConsoleTest {
  private final BufferConsole console = new BufferConsole(HostServices.system());

  private void print(String text) {
    for (byte octet : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      console.write(octet);
    }
  }

  @Test
  void awaitSeesTextThatComesLaterInPieces() throws InterruptedException {
    print("hel");
    Thread guest = Thread.ofPlatform().start(() -> print("hello, wörld\n"));
    assertThat(console.await("lo, wörld\n", Duration.ofSeconds(20))).isTrue();
    guest.join();
    assertThat(console.text()).isEqualTo("helhello, wörld\n");
  }

  @Test
  void awaitGivesUp() throws InterruptedException {
    print("hello");
    assertThat(console.await("hello!", Duration.ofMillis(1))).isFalse();
  }

  @Test
  void aGuestThatPrintsForEverIsForgottenFromTheBeginning() throws InterruptedException {
    int most = 2 * BufferConsole.KEPT_BYTES;
    for (int i = 0; i < 2 * most; i++) {
      console.write((byte) ('a' + i % 23));
    }
    print("the end");
    assertThat(console.bytes().length).isBetween(BufferConsole.KEPT_BYTES, most);
    assertThat(console.forgotten() + console.bytes().length).isEqualTo(2L * most + 7);
    assertThat(console.bytes()[0]).isEqualTo((byte) ('a' + console.forgotten() % 23));
    assertThat(console.await("the end", Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void typedBytesAreReadInOrder() {
    console.type("é");
    assertThat(console.read()).isEqualTo(0xc3);
    assertThat(console.read()).isEqualTo(0xa9);
    assertThat(console.read()).isEqualTo(-1);
  }
}
