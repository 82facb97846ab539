// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tombolo.cli.run.Host;

class SubcommandsTest {
  private final Host host = Host.real();

  private static List<String> names(List<Object> subcommands) {
    return subcommands.stream().map(each -> new CommandLine(each).getCommandName()).toList();
  }

  @Test
  void eachCommandAloneIsReachedByItsName() {
    List<String> all = names(Subcommands.all(host));

    assertThat(all).contains("run", "boot", "top").doesNotHaveDuplicates();
    for (String name : all) {
      assertThat(names(Subcommands.reachable(host, name, "--help"))).containsExactly(name);
    }
  }

  @Test
  void allAreReachedByAnythingElse() {
    int all = Subcommands.all(host).size();

    assertThat(Subcommands.reachable(host)).hasSize(all);
    assertThat(Subcommands.reachable(host, "--help")).hasSize(all);
    assertThat(Subcommands.reachable(host, "bott")).hasSize(all);
  }
}
