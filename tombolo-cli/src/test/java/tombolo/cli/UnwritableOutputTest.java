// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a command prints, it notices that it could not. */
class UnwritableOutputTest {
  @TempDir Path directory;

  /** Takes nothing, for this reason. */
  private static OutputStream refusing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int octet) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  /** Every command with an option that has it print, and what commands print when they work. */
  private List<List<String>> commands() throws IOException {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of("--help"));
    all.add(List.of("--version"));
    for (String name : Main.commandLine(Tombolo.host()).getSubcommands().keySet()) {
      all.add(List.of(name, "--help"));
      all.add(List.of(name, "--version"));
    }
    String file = new TopologyText().vm("alice", "hello", "").write(directory);
    all.add(List.of("boot", guest("hello")));
    all.add(List.of("run", file));
    all.add(List.of("check", file));
    all.add(List.of("check", "--json", file));
    all.add(List.of("doctor"));
    all.add(List.of("doctor", "--json"));
    all.add(List.of("ps", "--json"));
    all.add(List.of("channels", "--json"));
    all.add(List.of("image", "-o", directory + "/initrd", "--busybox=" + guest("hello")));
    return all;
  }

  @Test
  void aFullDiskIsOneLineAndStatus74() throws IOException {
    for (List<String> command : commands()) {
      Tombolo.Result result =
          new Tombolo()
              .printingTo(refusing("No space left on device"))
              .runPrinting(command.toArray(String[]::new));

      assertThat(result.status()).as("%s", command).isEqualTo(74);
      assertThat(result.err())
          .as("%s", command)
          .startsWith("tombolo")
          .contains(": standard output can't be written: No space left on device")
          .hasLineCount(1);
    }
  }

  @Test
  void aReaderThatHasGoneEndsItQuietly() throws IOException {
    for (List<String> command : commands()) {
      Tombolo.Result result =
          new Tombolo()
              .printingTo(refusing("Broken pipe"))
              .runPrinting(command.toArray(String[]::new));

      assertThat(result).as("%s", command).isEqualTo(new Tombolo.Result(141, "", ""));
    }
  }
}
