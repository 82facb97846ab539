// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Tombolo;
import tombolo.testing.RequiredTool;

/**
 * Two Debians in one simulation, with 4 harts and with 1, which use a channel, vsock and a network,
 * for a minute of their time. {@code -Dtombolo.simulated.linux=20} runs it 20 times, and each run
 * has to have the same fingerprint.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class SimulatedLinuxTest {
  private static final int RUNS = Integer.getInteger("tombolo.simulated.linux", 1);

  private static final String SCRIPT =
      """
      #!/bin/sh
      fail() {
        echo "$1"
        exit 1
      }
      sum() {
        sha256sum "$1" | cut -d ' ' -f 1
      }
      mkdir -p /files
      ip link set lo up
      ip link set eth0 up || fail "no network card"
      case $role in
        send)
          ip addr add 10.9.8.1/24 dev eth0
          head -c 1048576 /dev/urandom >/files/file
          sum /files/file >/files/sum
          echo "I send $(cat /files/sum) from $(nproc) processors."
          ivc-send --name file --timeout 300 /files/file || fail "not through the channel"
          vsock-send --timeout 300 4 5000 /files/file || fail "not through vsock"
          httpd -h /files
          nc -l -p 5000 >/dev/null # until the other side is done
          ;;
        receive)
          ip addr add 10.9.8.2/24 dev eth0
          ivc-recv --name file --timeout 3600 -o /files/one || fail "nothing by the channel"
          vsock-recv -o /files/two 5000 || fail "nothing by vsock"
          until wget -q -O /files/sum http://10.9.8.1/sum; do sleep 0.2; done
          wget -q -O /files/three http://10.9.8.1/file || fail "nothing by the network"
          for i in one two three; do
            [ "$(sum /files/$i)" = "$(cat /files/sum)" ] || fail "file $i is another one"
          done
          echo "I received $(cat /files/sum) three times."
          until nc 10.9.8.1 5000 </dev/null; do sleep 0.2; done
          ;;
      esac
      left=$((60 - $(cut -d . -f 1 /proc/uptime)))
      [ $left -le 0 ] || sleep $left
      echo "A minute has passed."
      """;

  @TempDir private Path directory;

  private Path topology(LinuxFiles linux) throws IOException {
    Path script = Files.writeString(directory.resolve("init.sh"), SCRIPT);
    Path initrd = directory.resolve("initrd.cpio");
    Tombolo.Result image =
        new Tombolo()
            .run(
                "image",
                "--ivc",
                "--vsock",
                "--modules=virtio_net",
                "--init=" + script,
                "--output=" + initrd);
    assertThat(image.err()).isEmpty();
    String vm =
        """
        [vm.%s]
        kernel = '%s'
        initrd = '%s'
        append = "console=ttyS0 quiet role=%s"
        vcpus = %d
        vsock-cid = %d
        networks = ["lab"]
        """;
    return Files.writeString(
        directory.resolve("debians.toml"),
        vm.formatted("alice", linux.kernel(), initrd, "send", 4, 3)
            + vm.formatted("bob", linux.kernel(), initrd, "receive", 1, 4)
            + """
            [network.lab]
            [channel.file]
            publisher = "alice"
            subscribers = ["bob"]
            key = 1
            size = "5 MiB"
            layout = "sectioned"
            """);
  }

  @Test
  void twoDebiansTalkForAMinuteTheSameWayEachTime() throws IOException {
    RequiredTool.require("riscv64-linux-gnu-gcc"); // for ivc-send and vsock-send
    String file = topology(LinuxFiles.require().withModuleNames()).toString();

    Tombolo.Result first = new Tombolo().run("run", file, "--seed", "7", "--timeout", "120s");

    assertThat(first.err()).isEmpty();
    assertThat(first.status()).isZero();
    assertThat(first.out())
        .contains("from 4 processors.", " three times.")
        .containsPattern("alice \\| A minute has passed")
        .containsPattern("bob   \\| A minute has passed")
        .containsPattern("virtual time 6\\d\\.")
        .containsPattern("fingerprint [0-9a-f]{64}");
    for (int run = 1; run < RUNS; run++) {
      assertThat(new Tombolo().run("run", file, "--seed", "7", "--timeout", "120s"))
          .isEqualTo(first);
    }
  }
}
