// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Installation;
import tombolo.machine.console.ConsoleSize;
import tombolo.testing.RequiredTool;

/** The terminal of a program of ours, with each shell that may be {@code sh} here. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TerminalTest {
  @TempDir private Path directory;
  private Installation host;

  @BeforeEach
  void start() throws IOException {
    host = Installation.in(directory.resolve("host"));
  }

  @AfterEach
  void leaveNothingRunning() {
    host.killAll();
  }

  /** In a terminal of 33 rows and 101 columns; prints what that is, and its settings around it. */
  private Installation.Run program(String shell) throws IOException {
    String script = RequiredTool.require("script").toString();
    Path programs = Files.createDirectories(directory.resolve("programs"));
    Path sh =
        Files.createFile(
            programs.resolve("sh"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(sh, "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(RequiredTool.require(shell)));
    String session =
        "stty rows 33 cols 101; echo \"tty: $(tty).\"; stty -g; echo '#';"
            + "PATH='%s':\"$PATH\" '%s' -cp '%s' %s; read line; stty -g; echo '#'"
                .formatted(
                    programs,
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    System.getProperty("java.class.path"),
                    TerminalProgram.class.getName());
    return host.start(List.of(script, "-qc", session, "/dev/null"));
  }

  private static String between(String text, String before, String after) {
    int from = text.indexOf(before) + before.length();
    return text.substring(from, text.indexOf(after, from));
  }

  /** The line of {@code stty -g}; a shell may also have said that its program was killed. */
  private static String settings(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> line.matches("[0-9a-f]+(:[0-9a-f]+)+"))
        .findFirst()
        .orElseThrow();
  }

  private static void resize(String tty, int rows, int columns) throws Exception {
    new ProcessBuilder("stty", "-F", tty, "rows", "" + rows, "cols", "" + columns)
        .inheritIO()
        .start()
        .waitFor();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash"})
  void itsSizeIsKnownAtOnceAndAfterEachChange(String shell) throws Exception {
    Installation.Run run = program(shell);
    String tty = between(run.readUntil(".\r"), "tty: ", ".");
    String before = run.readUntil("#");
    run.readUntil("size: 101 x 33.");

    for (int columns = 120; columns > 100; columns--) {
      resize(tty, 40, columns);
      run.readUntil("size: " + columns + " x 40.");
    }
    // Two that come together: whether the first one is noticed is chance.
    resize(tty, 50, 200);
    resize(tty, 50, 201);
    run.readUntil("size: 201 x 50.");
    resize(tty, 0, 0);
    run.readUntil("size: 0 x 0.");
    resize(tty, 33, 101);
    run.readUntil("size: 101 x 33.");
    resize(tty, 33, 1);
    run.readUntil("size: 1 x 33.");
    run.readUntil("restored.");

    String after = run.type("\n").readUntil("#");
    assertThat(settings(after)).isEqualTo(settings(before));
    run.end();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash"})
  void itIsAsItWasAlsoAfterThisProcessWasKilled(String shell) throws Exception {
    Installation.Run run = program(shell);
    String tty = between(run.readUntil(".\r"), "tty: ", ".");
    String before = run.readUntil("#");
    run.readUntil("size: 101 x 33.");
    resize(tty, 40, 120);
    run.readUntil("size: 120 x 40.");

    ProcessHandle program =
        run.process()
            .descendants()
            .filter(each -> each.info().command().orElse("").endsWith("/java"))
            .findFirst()
            .orElseThrow();
    List<ProcessHandle> keeper;
    do { // until it has dealt with the last request, and is a shell that waits for the next one
      keeper = program.descendants().filter(TerminalTest::runs).toList();
    } while (keeper.size() != 1);
    program.destroyForcibly();
    while (keeper.stream().anyMatch(TerminalTest::runs)) {
      Thread.onSpinWait(); // some milliseconds; nobody tells of a process that is no child of ours
    }

    String after = run.type("\n").readUntil("#");
    assertThat(settings(after)).isEqualTo(settings(before));
    run.end();
  }

  /** Not one that has ended and has nobody who asks how. */
  private static boolean runs(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({"33 101, 101, 33", "1 65535, 65535, 1", "65535 1, 1, 65535"})
  void aSizeIsRowsAndColumns(String line, int columns, int rows) {
    assertThat(TerminalKeeper.parse(line)).isEqualTo(new ConsoleSize(columns, rows));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0 0",
        "0 80",
        "24 0",
        "65536 80",
        "24 65536",
        "24",
        "24 80 1",
        "-1 80",
        "24\t80"
      })
  void anythingElseIsUnknown(String line) {
    assertThat(TerminalKeeper.parse(line)).isEqualTo(ConsoleSize.UNKNOWN);
  }

  @Test
  void noLineIsUnknown() {
    assertThat(TerminalKeeper.parse(null)).isEqualTo(ConsoleSize.UNKNOWN);
  }
}
