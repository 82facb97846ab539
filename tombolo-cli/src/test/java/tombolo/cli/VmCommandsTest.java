// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Acting on running VMs from another process: stop, kill, suspend, resume, reboot. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VmCommandsTest {
  @TempDir private Path directory;
  private Installation installation;

  @BeforeEach
  void install() throws IOException {
    Path runtime = Files.createDirectory(directory.resolve("run"));
    installation = Installation.in(directory.resolve("installation")).withRuntime(runtime);
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private Installation.Result tombolo(String... arguments)
      throws IOException, InterruptedException {
    return installation.start(arguments).end();
  }

  private static Installation.Result done(String line) {
    return new Installation.Result(0, line + "\n", "");
  }

  private Installation.Run boot(String guest, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("boot", guest(guest)));
    words.addAll(List.of(options));
    return installation.start(words.toArray(String[]::new));
  }

  private Installation.Run twoVms(String restart) throws IOException {
    String file =
        new TopologyText()
            .vm("alice", "idle", "")
            .line(restart)
            .vm("bob", "idle", "")
            .write(directory);
    Installation.Run run = installation.start("run", file);
    run.readUntil("alice | ");
    return run;
  }

  @Test
  void aVmOfBootIsShownAndStopped() throws Exception {
    Installation.Run run = boot("idle");
    run.readUntil("asleep");

    assertThat(tombolo("ps").out())
        .containsPattern(run.process().pid() + " +\\S+idle.elf +idle +1 +running");
    assertThat(tombolo("stop", "idle")).isEqualTo(done("idle is stopped"));

    Installation.Result result = run.end();
    assertThat(result.status()).isZero();
    assertThat(result.err()).isEqualTo("tombolo boot: idle is stopped, by another command\n");
  }

  @Test
  void aVmIsSuspendedAndGoesOn() throws Exception {
    Installation.Run run = boot("echo");
    run.readUntil("ends");

    assertThat(tombolo("suspend", "echo")).isEqualTo(done("echo is suspended"));
    assertThat(tombolo("ps").out()).containsPattern("echo +1 +suspended");
    Installation.Result again = tombolo("suspend", "echo");
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.err())
        .isEqualTo(
            "tombolo suspend: echo is suspended; only a VM that is running can be suspended\n");
    run.type("abc\n");
    assertThat(tombolo("resume", "echo")).isEqualTo(done("echo is running again"));

    run.readUntil("ABC");
  }

  @Test
  void aVmIsBootedAnew() throws Exception {
    Installation.Run run = boot("echo");
    run.readUntil("ends");

    assertThat(tombolo("reboot", "echo")).isEqualTo(done("echo is booted anew"));

    run.readUntil("ends");
    run.type("quit\n").readUntil("bye");
    assertThat(run.end().status()).isZero();
  }

  @Test
  void aStoppedVmEndsWithoutTheOthersAndIsNotBootedAgain() throws Exception {
    Installation.Run run = twoVms("restart = 3");

    assertThat(tombolo("stop", "alice")).isEqualTo(done("alice is stopped"));

    assertThat(tombolo("ps").out())
        .containsPattern("alice +1 +stopped")
        .containsPattern("bob +2 +running");
    assertThat(tombolo("stop", "alice"))
        .isEqualTo(new Installation.Result(1, "", "tombolo stop: alice has stopped already\n"));
    assertThat(tombolo("stop", "bob")).isEqualTo(done("bob is stopped"));
    assertThat(run.end().status()).isZero();
  }

  @Test
  void aKilledVmIsBootedAgainIfItsFileSaysSo() throws Exception {
    Installation.Run run = twoVms("restart = 1");

    assertThat(tombolo("kill", "alice")).isEqualTo(done("alice is killed"));
    run.readUntil("alice | ");
    assertThat(tombolo("kill", "alice")).isEqualTo(done("alice is killed"));
    assertThat(tombolo("ps").out()).containsPattern("alice +1 +stopped +\\d+ +\\d+ +[0-9.]+ +1 ");
    assertThat(tombolo("kill", "bob")).isEqualTo(done("bob is killed"));

    assertThat(run.end().err())
        .contains("alice failed (killed by tombolo kill); booting it again, 1 of 1");
  }

  @Test
  void aNameOfSeveralVmsNeedsTheProcessOrTheTopology() throws Exception {
    Installation.Run first = boot("idle");
    first.readUntil("asleep");
    Installation.Run second = twoVms("");
    Installation.Run third = boot("idle");
    third.readUntil("asleep");

    Installation.Result result = tombolo("suspend", "idle");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("tombolo suspend: idle: 2 VMs have this name; choose one of ")
        .contains(first.process().pid() + "/idle (", third.process().pid() + "/idle (")
        .hasLineCount(1);
    assertThat(tombolo("suspend", first.process().pid() + "/idle"))
        .isEqualTo(done("idle is suspended"));
    assertThat(tombolo("stop", Long.toString(third.process().pid())))
        .isEqualTo(done("idle is stopped"));
    assertThat(tombolo("suspend", "topology/alice")).isEqualTo(done("alice is suspended"));
    assertThat(tombolo("suspend", directory.resolve("topology.toml") + "/bob"))
        .isEqualTo(done("bob is suspended"));
    assertThat(second.process().isAlive()).isTrue();
  }

  /** The vCPU does not come to the gate while it waits for the reader of its output. */
  @Test
  void aCommandThatTakesLongHoldsUpNobodyAndKeepsOthersOff() throws Exception {
    Path kernel = directory.resolve("bytes.elf");
    ElfBytes.entering(ElfBytes.RAM).printing(1 << 24).write(kernel);
    Installation.Run run = installation.start("boot", kernel.toString());
    while (run.process().getInputStream().available() < 1 << 15) {
      Thread.onSpinWait();
    }

    Installation.Run first = installation.start("suspend", "bytes");
    Installation.Run second = installation.start("suspend", "bytes");

    assertThat(List.of(first.end(), second.end()))
        .allMatch(result -> result.status() == 1)
        .extracting(Installation.Result::err)
        .containsExactlyInAnyOrder(
            "tombolo suspend: bytes: another command acts on it; wait for that one\n",
            "tombolo suspend: bytes: not done yet; it goes on, see tombolo ps\n");
    assertThat(tombolo("ps").out()).containsPattern("bytes +1 +running");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stop", "kill", "suspend", "resume", "reboot"})
  void aVmThatIsNotThereIsAMistakeOfOneLine(String command) throws Exception {
    assertThat(tombolo(command, "alice"))
        .isEqualTo(
            new Installation.Result(
                2, "", "tombolo %s: alice: no VM is running\n".formatted(command)));

    Installation.Run run = boot("idle");
    run.readUntil("asleep");
    Installation.Result result = tombolo(command, "alice");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .matches(
            "tombolo %s: alice: no such VM is running; there is %d/idle \\(.*idle.elf\\)\n"
                .formatted(command, run.process().pid()));
    assertThat(tombolo(command, "--help").out()).contains("Exit status:", "VM");
  }
}
