// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

/** Whatever ends Tombolo, passt ends with it. */
@Timeout(180)
class KilledNetworkTest {
  @TempDir private Path directory;
  private Installation host;

  @BeforeEach
  void install() throws Exception {
    host = Installation.in(directory);
  }

  @AfterEach
  void killAll() {
    host.killAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "TERM", "INT"})
  void passtEndsWithTombolo(String signal) throws Exception {
    RequiredTool.require("passt");
    Installation.Run run = host.start("boot", Guests.guest("echo"), "--network");
    run.type("x\n").readUntil("X"); // in upper case, by the guest
    List<ProcessHandle> passt =
        run.process().descendants().filter(KilledNetworkTest::isPasst).toList();
    assertThat(passt).hasSize(1);

    String pid = Long.toString(run.process().pid());
    assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();

    passt.getFirst().onExit().get(60, TimeUnit.SECONDS);
    assertThat(run.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private static boolean isPasst(ProcessHandle process) {
    return process.info().command().orElse("").contains("passt");
  }
}
