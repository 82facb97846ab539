// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

/** {@code tombolo boot} as a job of an interactive shell: in the background, stopped, continued. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobControlTest {
  /** A terminal that is set for a guest has these; one where a person types lines does not. */
  private static final String RAW = "-icanon";

  private static final String COOKED = " icanon";

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

  /** A terminal with an interactive shell, whose prompt is "$:". */
  private Installation.Run shell(String shell) throws IOException {
    String options = shell.equals("bash") ? "--norc --noprofile --noediting" : "";
    String session =
        "PS1='$:' ENV= exec '%s' %s -i".formatted(RequiredTool.require(shell), options);
    Installation.Run run =
        installation.start(
            List.of(RequiredTool.require("script").toString(), "-qc", session, "/dev/null"));
    run.readUntil("$:");
    run.type("tty=$(tty); echo \"<$tty\"'>'\r").readUntil(">\r");
    run.readUntil("$:");
    return run;
  }

  private String boot() {
    return "'%s' boot '%s'".formatted(installation.command(), guest("echo"));
  }

  /** Types a command and reads up to the next prompt. */
  private static String enter(Installation.Run run, String line) throws IOException {
    return run.type(line + "\r").readUntil("\n") + run.readUntil("$:");
  }

  private static String settings(Installation.Run run) throws IOException {
    return enter(run, "stty -a").replaceAll("\\s+", " ");
  }

  /** What a shell in another place sees of the terminal of this one. */
  private String settingsFromOutside(String tty) throws Exception {
    return installation.start(List.of("stty", "-a", "-F", tty)).end().out().replaceAll("\\s+", " ");
  }

  private void awaitSettings(String tty, String wanted) throws Exception {
    while (!settingsFromOutside(tty).contains(wanted)) {
      Thread.onSpinWait();
    }
  }

  private static String tty(Installation.Run run) throws IOException {
    String text = enter(run, "echo \"<$tty\"'>'");
    int from = text.lastIndexOf("</") + 1;
    return text.substring(from, text.indexOf('>', from));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash"})
  void inTheBackgroundItLeavesTheTerminalAloneUntilItIsBroughtForward(String shell)
      throws Exception {
    Installation.Run run = shell(shell);
    String before = settings(run);

    run.type(boot() + " &\r").readUntil("echo: type lines; quit or Ctrl-D ends");
    run.readUntil("\n");
    assertThat(settings(run)).isEqualTo(before).contains(COOKED);

    String tty = tty(run);
    run.type("fg\r");
    awaitSettings(tty, RAW);
    run.type("k\u0003\r").readUntil("K\u0003");
    run.type("\u0001x").readUntil("$:");
    assertThat(settings(run)).isEqualTo(before);
    run.type("exit\r");
    run.end();
  }

  @ParameterizedTest
  // Not dash with STOP: it leaves the terminal as it is, and a program does not hear of the signal.
  @CsvSource({"dash, key", "bash, key", "dash, TSTP", "bash, TSTP", "bash, STOP"})
  void itStopsAndGoesOn(String shell, String by) throws Exception {
    Installation.Run run = shell(shell);
    String before = settings(run);
    String tty = tty(run);
    run.type(boot() + "\r").readUntil("echo: type lines; quit or Ctrl-D ends");
    awaitSettings(tty, RAW);

    if (by.equals("key")) {
      run.type("\u0001z");
    } else {
      ProcessHandle java =
          run.process()
              .descendants()
              .filter(each -> each.info().command().orElse("").endsWith("/java"))
              .findFirst()
              .orElseThrow();
      new ProcessBuilder("kill", "-" + by, Long.toString(java.pid())).start().waitFor();
    }
    run.readUntil("$:");
    assertThat(settings(run)).isEqualTo(before);
    run.type("fg\r");
    awaitSettings(tty, RAW);

    run.type("k\u0003\r").readUntil("K\u0003");
    run.type("\u0001x").readUntil("$:");
    assertThat(settings(run)).isEqualTo(before);
    run.type("exit\r");
    run.end();
  }

  @Test
  void aTerminalThatIsNotTheControllingOneIsSetAndRestored() throws Exception {
    Installation.Run other = shell("dash");
    String tty = tty(other);
    other.type("sleep 1000\r").readUntil("\n");
    Installation.Run run = shell("dash");
    String own = tty(run);
    String before = settingsFromOutside(tty);

    run.type(boot() + " <" + tty + "\r").readUntil("echo: type lines; quit or Ctrl-D ends");
    awaitSettings(tty, RAW);
    assertThat(settingsFromOutside(own)).contains(COOKED);
    other.type("\u0001x");
    run.readUntil("$:");

    assertThat(settingsFromOutside(tty)).isEqualTo(before);
  }

  @Test
  void withoutAControllingTerminalTheOneOnStandardInputIsSet() throws Exception {
    Installation.Run run = shell("dash");
    String tty = tty(run);
    String before = settings(run);

    run.type("setsid -w " + boot() + "\r").readUntil("echo: type lines; quit or Ctrl-D ends");
    awaitSettings(tty, RAW);
    run.type("k\u0003\r").readUntil("K\u0003");
    run.type("\u0001x").readUntil("$:");

    assertThat(settings(run)).isEqualTo(before);
  }
}
