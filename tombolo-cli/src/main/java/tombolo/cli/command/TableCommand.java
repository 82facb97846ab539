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
      description = "Lists the running VMs of this user: those of topologies, and of tombolo boot.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done, even if nothing runs",
        "2:the sockets of running topologies cannot be trusted",
        "74:the output could not be written",
        "141:the reader of the output has gone"
      },
      footer = {
        "",
        "The topology of a VM that tombolo boot runs is its kernel. The state not answering means"
            + " that the process has said nothing for 2 s: it is stopped, perhaps by Ctrl-Z.",
        "tombolo stop, kill, suspend, resume and reboot act on a VM."
      })
  static final class Ps extends TableCommand {
    Ps() {
      super("ps");
    }

    @Override
    Optional<Table> shown(RunningTopologies.Answers answers) {
      return answers.withSilent();
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
        "2:the sockets of running topologies cannot be trusted",
        "74:the output could not be written",
        "141:the reader of the output has gone"
      },
      footer = {
        "",
        "ring: what the member does in the ring of messages that the host sees in the channel. A"
            + " sender waits for its first reader (no reader yet) or for room, or works (sending);"
            + " a reader works (reading), waits for a message, or has not joined (not reading).",
        "rings counts how often the member was rung, bells how many interrupts that became; p50 and"
            + " p99 are the times from a ring until the member took it."
      })
  static final class Channels extends TableCommand {
    Channels() {
      super("channels");
    }
  }

  /** Returns what is printed of the answers. */
  Optional<Table> shown(RunningTopologies.Answers answers) {
    return answers.table();
  }

  @Override
  public Integer call() {
    RunningTopologies.Answers answers = RunningTopologies.table(table);
    Optional<Table> found = shown(answers);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (json) {
      out.println(Json.write(found.map(Table::json).orElse(List.of())));
    } else if (found.isPresent()) {
      found.get().lines().forEach(out::println);
    } else if (answers.isEmpty()) {
      err.println("tombolo " + table + ": no topology is running");
    }
    out.flush();
    answers.complaints().forEach(line -> err.println("tombolo " + table + ": " + line));
    err.flush();
    return ExitStatus.GOOD;
  }
}
