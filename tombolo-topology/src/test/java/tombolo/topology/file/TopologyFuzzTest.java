// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.topology.file.TopologyFixture.channel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.topology.Topology;

/** Whatever a file holds, it is read or refused line by line, and soon. */
class TopologyFuzzTest {
  private static final int MUTATIONS = 2000;

  private static final String GOOD =
      channel(
              "subscribers = ['bob', { vm = 'carol', access = 'read', doorbell = false }]",
              "layout = 'sectioned'",
              "section-size = '8 KiB'",
              "sections = 0x3",
              "doorbell = true",
              "doorbell-rate = 1_000")
          + """
          [vm.carol] # with everything
          kernel = "k.elf"
          append = "console=ttyS0 \\u00e9"
          memory = "32 MiB"
          vcpus = 2
          accelerator = "riscv"
          id = 9
          window = "128 KiB"
          restart = 3
          channels = 1
          channel-bytes = "64 KiB"
          [host]
          name = "east"
          address = "[fd00::1]:40456"
          resolver = "10.0.0.1:40457"
          neighbors = ["10.0.0.2:40457"]
          [remote.west]
          port = 40456
          [channel.west]
          subscribers = ["carol"]
          key = 2
          size = 4096
          bridge = { from = "west", lossy = true, multicast = "224.1.1.1:9" }
          """;

  /** Flips bits, cuts pieces out, and doubles lines: one to four times. */
  private static byte[] mutate(Random random) {
    byte[] content = GOOD.getBytes(UTF_8);
    for (int i = 1 + random.nextInt(4); i > 0 && content.length > 1; i--) {
      int at = random.nextInt(content.length);
      content =
          switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(content, at);
            case 1 -> splice(content, at, at + random.nextInt(content.length - at));
            case 2 -> doubleLine(content, at);
            case 3 -> flip(content, at, random.nextInt(7)); // stays ASCII
            default -> flip(content, at, random.nextInt(8));
          };
    }
    return content;
  }

  private static byte[] flip(byte[] content, int at, int bit) {
    content[at] ^= (byte) (1 << bit);
    return content;
  }

  /** Up to the first place, and on from the second. */
  private static byte[] splice(byte[] content, int before, int after) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(content, 0, before);
    spliced.write(content, after, content.length - after);
    return spliced.toByteArray();
  }

  private static byte[] doubleLine(byte[] content, int at) {
    int start = at;
    while (start > 0 && content[start - 1] != '\n') {
      start--;
    }
    int end = at;
    while (end < content.length && content[end] != '\n') {
      end++;
    }
    end = Math.min(end + 1, content.length);
    return splice(content, end, start);
  }

  @Test
  void theFileThatIsMutatedIsGood(@TempDir Path directory) throws IOException {
    Topology topology = new TopologyFixture(directory).read(GOOD);

    assertThat(topology.vms()).hasSize(3);
    assertThat(topology.channels()).hasSize(2);
    assertThat(topology.remotes()).hasSize(1);
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aFileIsReadOrRefusedWithLines(@TempDir Path directory) throws IOException {
    TopologyFixture files = new TopologyFixture(directory);
    String start = files.path("t.toml") + ":";
    int refused = 0;
    for (int seed = 0; seed < MUTATIONS; seed++) {
      try {
        files.read(mutate(new Random(seed)));
      } catch (TopologyException e) {
        refused++;
        assertThat(e.mistakes()).as("seed %d", seed).isNotEmpty();
        assertThat(e.lines().lines())
            .as("seed %d", seed)
            .hasSize(e.mistakes().size())
            .allMatch(line -> line.startsWith(start));
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(refused).as("mutations that matter").isBetween(MUTATIONS / 2, MUTATIONS - 1);
  }
}
