// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

/** The command as people run it: {@code ./tombolo}, its streams, its signals, its terminal. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherTest {
  private static Installation installation;

  @BeforeAll
  static void install(@TempDir Path directory) throws IOException {
    installation = Installation.in(directory);
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private Installation.Result tombolo(String... arguments)
      throws IOException, InterruptedException {
    return installation.start(arguments).end();
  }

  @Test
  void itBootsAGuest() throws Exception {
    Installation.Result result = tombolo("boot", guest("hello"));

    assertThat(result)
        .isEqualTo(
            new Installation.Result(0, "Hello from Tombolo: hart 0, 1 hart(s), 64 MiB\n", ""));
  }

  @Test
  void theGuestsFailureCodeIsItsStatus() throws Exception {
    assertThat(tombolo("boot", guest("exit-code"), "--append", "code=42").status()).isEqualTo(42);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "boot /nowhere/kernel.elf",
        "boot HELLO --memory=12parsecs",
        "boot HELLO --memory 1023TiB",
        "boot HELLO --memory -1",
        "boot HELLO --vcpus 9",
        "boot HELLO --memmory 64M",
        "boot /",
        "bot HELLO",
        ""
      })
  void badInputIsOneLineAndStatus2(String line) throws Exception {
    String[] arguments = line.replace("HELLO", guest("hello")).split(" ", -1);
    Installation.Result result = line.isEmpty() ? tombolo() : tombolo(arguments);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).startsWith("tombolo").hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void itChecksATopologyFile(@TempDir Path directory) throws Exception {
    String vm = "[vm.alice]\nkernel = '" + guest("hello") + "'\n";
    String good = Files.writeString(directory.resolve("good.toml"), vm).toString();
    String bad = Files.writeString(directory.resolve("bad.toml"), vm + "vcpuss = 9\n").toString();
    String none =
        Files.writeString(directory.resolve("none.toml"), vm + "vcpus = nine\n").toString();

    assertThat(tombolo("check", good))
        .isEqualTo(new Installation.Result(0, good + ": 1 VM, 0 channels: fine\n", ""));
    assertThat(tombolo("check", good, bad))
        .isEqualTo(
            new Installation.Result(
                2, "", bad + ":3: vm.alice.vcpuss: no such key; did you mean vcpus?\n"));
    Installation.Result result = tombolo("check", none);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).startsWith(none + ":3: not TOML: column 9: ").hasLineCount(1);
  }

  @Test
  void aFaultIsOneLineAndStatus70() throws Exception {
    Installation.Result result = tombolo("boot", guest("wild-jump"), "--append", "vector=0");

    assertThat(result.status()).isEqualTo(70);
    assertThat(result.err())
        .startsWith("tombolo boot: wild-jump: vCPU 0: instruction access fault at pc 0x4000000000")
        .hasLineCount(1);
  }

  @Test
  void anAccessWhereNothingAnswersIsAWarningOfOneLine() throws Exception {
    Installation.Result result = tombolo("boot", guest("unknown-address"));

    assertThat(result.status()).isEqualTo(99);
    assertThat(result.err())
        .isEqualTo(
            "tombolo: warning: unknown-address: vCPU 0: load of 8 bytes at guest physical address"
                + " 0x8000000, where nothing answers\n");
  }

  @Test
  void aPipeLosesNothingAndChangesNothing(@TempDir Path directory) throws Exception {
    int bytes = 1 << 18;
    Path kernel =
        ElfBytes.entering(ElfBytes.RAM).printing(bytes).write(directory.resolve("bytes.elf"));

    Installation.Result result = tombolo("boot", kernel.toString());

    StringBuilder expected = new StringBuilder();
    IntStream.range(0, bytes).forEach(i -> expected.append((char) (i & 0xff)));
    assertThat(result.out()).isEqualTo(expected.toString());
    assertThat(result.status()).isZero();
  }

  @Test
  void aReaderThatGoesEndsItQuietly() throws Exception {
    Installation.Run run =
        installation.start(
            List.of(
                "bash",
                "-c",
                "{ \"$1\" boot \"$2\"; echo status=$? >&2; } | head -c 5",
                "bash",
                installation.command(),
                guest("echo")));
    run.readUntil("echo:");
    run.type("one\ntwo\nthree\n");

    assertThat(run.end().err()).isEqualTo("status=141\n");
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void aSignalStopsTheVmAndSaysSo(String signal, int status) throws Exception {
    Installation.Run run = installation.start("boot", guest("idle"), "--vcpus=2");
    run.readUntil("asleep");

    new ProcessBuilder("kill", "-" + signal, Long.toString(run.process().pid())).start().waitFor();
    Installation.Result result = run.end();

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.err())
        .startsWith("tombolo boot: interrupted: stopped VM idle with 2 vCPU(s) after ")
        .hasLineCount(1);
  }

  @Test
  void aTerminalIsTheGuestsAndThenAsItWas() throws Exception {
    String script = RequiredTool.require("script").toString();
    String session =
        "stty -a; '%s' boot '%s'; echo status=$?; stty -a; echo end"
            .formatted(installation.command(), guest("echo"));
    Installation.Run run = installation.start(List.of(script, "-qc", session, "/dev/null"));
    String before = run.readUntil("echo: type lines; quit or Ctrl-D ends");
    String settings = before.substring(0, before.indexOf("echo: type"));

    // Ctrl-C, Ctrl-Z, Ctrl-\\, Ctrl-S and Ctrl-Q among others.
    run.type("k\u0003e\u001ay\u001cs\u0013\u0011\r");
    run.readUntil("K\u0003E\u001aY\u001cS\u0013\u0011");
    run.type("\u0001x");
    String line = run.readUntil("status=0");
    String after = run.readUntil("\nend");

    assertThat(line).contains("tombolo boot: left by Ctrl-A x: stopped VM echo with 1 vCPU(s)");
    assertThat(after.replace("\nend", "").strip()).isEqualTo(settings.strip());
    run.end();
  }
}
