// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of a machine that bridges are to run on. */
class BridgeCheckupTest {
  @TempDir private Path directory;

  private BridgeCheckup checkup(String receive, String send) throws Exception {
    Files.writeString(directory.resolve("rmem_max"), receive + "\n");
    Files.writeString(directory.resolve("wmem_max"), send + "\n");
    return BridgeCheckup.of(directory, directory);
  }

  @Test
  void aMachineThatHasEverythingLacksNothing() throws Exception {
    assertThat(checkup("2097152", "212992").describe()).isEqualTo("nothing is missing");
  }

  @Test
  void smallSocketBuffersAreNamedWithTheCommandThatEnlargesThem() throws Exception {
    assertThat(checkup("212992", "65536").problems())
        .containsExactly(
            "net.core.rmem_max is 212992; a stream carries no more in a round trip:"
                + " sysctl -w net.core.rmem_max=2097152",
            "net.core.wmem_max is 65536; Aeron wants more: sysctl -w net.core.wmem_max=131072");
  }

  @Test
  void aMissingSharedMemoryIsSaid() {
    assertThat(BridgeCheckup.of(directory.resolve("none"), directory.resolve("none")).describe())
        .contains("none is missing or cannot be written");
  }

  @Test
  void aFileOfTheKernelThatIsNoNumberIsSaid() throws Exception {
    assertThat(checkup("many", "212992").describe()).contains("rmem_max cannot be read");
  }

  /** The kernel's files end after the first read, however short that was. */
  @Test
  void theKernelsNumbersAreReadWhole() throws Exception {
    Process cat = new ProcessBuilder("cat", "/proc/sys/net/core/rmem_max").start();
    long most = Long.parseLong(new String(cat.getInputStream().readAllBytes(), US_ASCII).strip());

    assertThat(BridgeCheckup.now().problems().stream().filter(line -> line.contains("rmem_max")))
        .hasSize(most < 2_097_152 ? 1 : 0);
  }
}
