// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of two hosts, on one: both commands run in this process, at two ports of the loopback
 * address. The continuous integration also runs it in two network namespaces, by the documents.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TwoHostsTest {
  @TempDir private Path directory;

  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String example(String host, int east, int west) throws IOException {
    String text =
        Files.readString(Guests.repository().resolve("examples/two-hosts-" + host + ".toml"))
            .replace("10.9.7.1:40456", "127.0.0.1:" + east)
            .replace("10.9.7.2:40456", "127.0.0.1:" + west)
            .replace("../guests", Guests.repository().resolve("guests").toString());
    return Files.writeString(directory.resolve(host + ".toml"), text).toString();
  }

  @Test
  void aVmHereTalksToAVmThere() throws Exception {
    int east = freePort();
    int west = freePort();
    String sender = example("east", east, west);
    String receiver = example("west", east, west);

    Future<Tombolo.Result> there =
        CompletableFuture.supplyAsync(
            () -> new Tombolo().run("run", receiver, "--timeout", "120s"));
    Tombolo.Result here = new Tombolo().run("run", sender, "--timeout", "120s");

    assertThat(here.status()).as(here.out() + here.err()).isZero();
    assertThat(here.out()).contains("sender | 20000 messages; ");
    Tombolo.Result other = there.get(1, TimeUnit.MINUTES);
    assertThat(other.status()).as(other.out() + other.err()).isZero();
    assertThat(other.out()).contains("receiver | 20000 messages; ");
  }

  @Test
  void aBridgeThatCannotConnectIsOneLineAndTheVmsRunOn() throws Exception {
    int port = freePort();
    String file = example("east", port, freePort());
    Files.writeString(
        Path.of(file),
        Files.readString(Path.of(file))
            .replaceAll(
                "address = .*:\\d+\"\n\n\\[vm", "address = \"no-such-host.invalid:1\"\n\n[vm"));

    Tombolo.Result result = new Tombolo().run("run", file, "--timeout", "3s");

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.err().lines().filter(line -> line.contains("channel.messages")))
        .singleElement()
        .asString()
        .contains("no-such-host.invalid")
        .endsWith("; trying again");
  }
}
