// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.view.Json;
import tombolo.cli.view.RunningTopologies;
import tombolo.cli.view.Table;
import tombolo.topology.run.ExitStatus;

/** A command that prints a table of all running topologies. */
abstract class TableCommand implements Callable<Integer> {
  @Option(names = "--json", description = "print JSON: a list of objects")
  private boolean json;

  @Spec private CommandSpec spec;

  private final String table;

  TableCommand(String table) {
    this.table = table;
  }

  /** {@code tombolo ps}. */
  @Command(
      name = "ps",
      description = "Lists the VMs of all topologies of this user that run.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done, even if nothing runs",
        "74:the output could not be written",
        "141:the reader of the output has gone"
      })
  static final class Ps extends TableCommand {
    Ps() {
      super("ps");
    }
  }

  /** {@code tombolo channels}. */
  @Command(
      name = "channels",
      description =
          "Lists the channels of all topologies of this user that run, one line for each member.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done, even if nothing runs",
        "74:the output could not be written",
        "141:the reader of the output has gone"
      },
      footer = {
        "",
        "rings counts how often the member was rung, bells how many interrupts that became; p50 and"
            + " p99 are the times from a ring until the member took it."
      })
  static final class Channels extends TableCommand {
    Channels() {
      super("channels");
    }
  }

  @Override
  public Integer call() {
    Optional<Table> found = RunningTopologies.table(table);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.write(found.map(Table::json).orElse(List.of())));
    } else if (found.isPresent()) {
      found.get().lines().forEach(out::println);
    } else {
      spec.commandLine().getErr().println("tombolo " + table + ": no topology is running");
    }
    out.flush();
    spec.commandLine().getErr().flush();
    return ExitStatus.GOOD;
  }
}
