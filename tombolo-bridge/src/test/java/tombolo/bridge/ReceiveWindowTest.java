// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The receiver window")
final class ReceiveWindowTest {
  @Test
  void isWhatASocketOfThisMachineMayHold() throws Exception {
    // Such a file ends after the first read, however short that was.
    Process cat = new ProcessBuilder("cat", "/proc/sys/net/core/rmem_max").start();
    int most = Integer.parseInt(new String(cat.getInputStream().readAllBytes(), US_ASCII).strip());

    assertThat(ReceiveWindow.ofThisMachine())
        .isEqualTo(Math.clamp(most, ReceiveWindow.LEAST, ReceiveWindow.ENOUGH));
  }
}
