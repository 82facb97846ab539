// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/** The end of a run whose output nobody reads. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndingsTest {
  /** Much longer than an end takes, much shorter than a reader that never comes. */
  private static final long SOON_SECONDS = 20;

  /** Less than a shutdown waits for a run that does not end. */
  private static final long BEFORE_THE_LAST_RESORT_SECONDS = 9;

  @TempDir private Path directory;
  private Installation installation;

  @BeforeEach
  void install() throws IOException {
    installation = Installation.in(directory.resolve("installation"));
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private String printing(int bytes) throws IOException {
    return ElfBytes.entering(ElfBytes.RAM)
        .printing(bytes)
        .write(directory.resolve("bytes.elf"))
        .toString();
  }

  /** Lets a pipe fill up, and returns what is left in it after the end. */
  private static Installation.Result endUnread(Installation.Run run) throws Exception {
    assertThat(run.process().waitFor(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
    return run.end();
  }

  /** Waits until a pipe is as good as full: small writes leave some of its pages half empty. */
  private static void awaitFullPipe(Installation.Run run) throws IOException {
    while (run.process().getInputStream().available() < 1 << 15) {
      Thread.onSpinWait();
    }
  }

  private static long lost(Installation.Result result) {
    Matcher line =
        Pattern.compile(
                "\ntombolo \\w+: ([0-9,]+) bytes of output are lost: nobody has read them\n")
            .matcher("\n" + result.err());
    assertThat(line.find()).as(result.err()).isTrue();
    return Long.parseLong(line.group(1).replace(",", ""));
  }

  @Test
  void aTimeOutEndsARunWhoseOutputNobodyReads() throws Exception {
    Installation.Run run = installation.start("boot", printing(1 << 24), "--timeout", "3s");

    Installation.Result result = endUnread(run);

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.err()).startsWith("tombolo boot: time-out of 3s: stopped VM bytes");
    assertThat(lost(result)).isGreaterThan(1 << 16);
  }

  @Test
  void aTimeOutEndsTheWaitForAReaderToo() throws Exception {
    int bytes = 24 << 12; // more than a pipe takes, but no more than it and the console do
    Installation.Run run = installation.start("boot", printing(bytes), "--timeout", "3s");

    Installation.Result result = endUnread(run);

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.out().length() + lost(result)).isEqualTo(bytes);
  }

  @Test
  void aSignalEndsARunWhoseOutputAndMessagesNobodyReads() throws Exception {
    String file =
        new TopologyText()
            .line("[vm.a]\nkernel = '" + printing(1 << 24) + "'")
            .vm("b", "ticker", "n=1000000 hz=100")
            .write(directory);
    Installation.Run run =
        installation.start(
            List.of(
                "bash", "-c", "exec \"$1\" run \"$2\" 2>&1", "bash", installation.command(), file));
    run.readUntil("b | ");
    awaitFullPipe(run);

    new ProcessBuilder("kill", "-TERM", Long.toString(run.process().pid())).start().waitFor();

    assertThat(run.process().waitFor(BEFORE_THE_LAST_RESORT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(run.end().status()).isEqualTo(143);
  }

  /**
   * Standard error has no room for a single byte, where a pipe that others filled may have some.
   */
  @Test
  void aSignalEndsARunWhoseMessagesNobodyReads() throws Exception {
    String script =
        """
        mkfifo "$3"
        exec 2<>"$3"
        dd if=/dev/zero of="$3" bs=4096 count=100000 oflag=nonblock 2>/dev/null
        exec "$1" boot "$2"
        """;
    Installation.Run run =
        installation.start(
            List.of(
                "bash",
                "-c",
                script,
                "bash",
                installation.command(),
                Guests.guest("idle"),
                directory.resolve("fifo").toString()));
    run.readUntil("asleep");

    new ProcessBuilder("kill", "-TERM", Long.toString(run.process().pid())).start().waitFor();

    assertThat(run.process().waitFor(BEFORE_THE_LAST_RESORT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(run.end().status()).isEqualTo(143);
  }

  @Test
  void aTimeOutEndsARunOnATerminalThatTakesNoMoreOutput() throws Exception {
    Path status = directory.resolve("status");
    String session =
        "'%s' boot '%s' --timeout 3s; echo $? >'%s'"
            .formatted(installation.command(), printing(1 << 24), status);
    installation.start( // script does not read the terminal while nobody reads what it writes
        List.of(RequiredTool.require("script").toString(), "-qc", session, "/dev/null"));

    long start = System.nanoTime();
    while (!Files.exists(status) || Files.size(status) == 0) {
      assertThat(System.nanoTime() - start).isLessThan(SOON_SECONDS * 1_000_000_000);
      Thread.onSpinWait();
    }

    assertThat(status).hasContent("124");
  }

  @Test
  void aReaderThatIsLateGetsAllOfIt() throws Exception {
    int bytes = 1 << 18;
    Installation.Run run = installation.start("boot", printing(bytes), "--timeout", "60s");
    awaitFullPipe(run);

    Installation.Result result = run.end();

    assertThat(result.out()).hasSize(bytes);
    assertThat(result).isEqualTo(new Installation.Result(0, result.out(), ""));
  }
}
