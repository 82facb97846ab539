// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tombolo.cli.run.Host;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int tombolo(String... arguments) {
    CommandLine command = Main.commandLine(Host.real());
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @Test
  void versionNamesTomboloAndTheJavaThatRunsIt() {
    assertThat(tombolo("--version")).isZero();
    assertThat(out.toString()).startsWith("tombolo ").contains("Java " + Runtime.version());
  }

  @Test
  void noCommandIsOneLineAndStatus2() {
    assertThat(tombolo()).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("tombolo: no command given (try tombolo --help)\n");
  }

  @Test
  void anUnknownOptionIsOneLineAndStatus2() {
    assertThat(tombolo("--bogus")).isEqualTo(2);
    assertThat(err.toString()).contains("--bogus").hasLineCount(1);
  }
}
