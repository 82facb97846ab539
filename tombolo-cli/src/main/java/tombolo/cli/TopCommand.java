// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tombolo top}: what the VMs of all running topologies do, again and again. */
@Command(
    name = "top",
    description = "Shows what the VMs of all topologies do that this user runs, until Ctrl-C.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done; also when the last topology has ended", "130:Ctrl-C"},
    footer = {
      "",
      "MIPS: million instructions a second. rings/s: how often the VM was rung; bells/s: how many"
          + " interrupts that was. p50 and p99: the times from a ring to the VM's taking it, of the"
          + " channel where they are longest."
    })
final class TopCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = TimeLimit.Converter.class,
      description = "between two looks (default: 1s)")
  private TimeLimit interval;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "0",
      description = "how many looks (default: until Ctrl-C)")
  private int looks;

  @Option(names = "--json", description = "say it in JSON: a list of objects a look, a line each")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Host host;

  TopCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (looks < 0) {
      throw new ParameterException(spec.commandLine(), "-n " + looks + ": a number from 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<Table> before = RunningTopologies.table("top");
    if (before.isEmpty()) {
      spec.commandLine().getErr().println("tombolo top: no topology is running");
      spec.commandLine().getErr().flush();
      return ExitStatus.GOOD;
    }
    for (int look = 0; looks == 0 || look < looks; look++) {
      sleep(interval.duration());
      Optional<Table> now = RunningTopologies.table("top");
      if (now.isEmpty()) {
        break;
      }
      print(rates(before.get(), now.get()), out);
      before = now;
    }
    return ExitStatus.GOOD;
  }

  private static void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  private void print(Table rates, PrintWriter out) {
    if (json) {
      out.println(Json.write(rates.json()).replaceAll("\\s*\n\\s*", ""));
    } else {
      out.print(host.colours().getAsBoolean() ? CLEAR : "");
      rates.lines().forEach(out::println);
    }
    out.flush();
  }

  /** What two looks at the counters say of the time between them. */
  static Table rates(Table before, Table now) {
    List<List<String>> rows = new ArrayList<>();
    for (List<String> row : now.rows()) {
      List<String> earlier = sameVm(before, now, row);
      double seconds = earlier == null ? 0 : difference(before, earlier, now, row, "nanos") / 1e9;
      rows.add(
          List.of(
              cell(now, row, "pid"),
              cell(now, row, "topology"),
              cell(now, row, "vm"),
              cell(now, row, "state"),
              rate(before, earlier, now, row, "instructions", seconds * 1e6),
              rate(before, earlier, now, row, "exits", seconds),
              rate(before, earlier, now, row, "rings", seconds),
              rate(before, earlier, now, row, "bells", seconds),
              cell(now, row, "p50 us"),
              cell(now, row, "p99 us")));
    }
    return new Table(
        List.of(
            "pid",
            "topology",
            "vm",
            "state",
            "mips",
            "exits/s",
            "rings/s",
            "bells/s",
            "p50 us",
            "p99 us"),
        rows);
  }

  private static @Nullable List<String> sameVm(Table before, Table now, List<String> row) {
    return before.rows().stream()
        .filter(
            earlier ->
                cell(before, earlier, "pid").equals(cell(now, row, "pid"))
                    && cell(before, earlier, "vm").equals(cell(now, row, "vm")))
        .findFirst()
        .orElse(null);
  }

  private static String cell(Table table, List<String> row, String column) {
    return Objects.requireNonNull(table.cell(row, column));
  }

  private static long difference(
      Table before, List<String> earlier, Table now, List<String> row, String column) {
    return Long.parseLong(cell(now, row, column)) - Long.parseLong(cell(before, earlier, column));
  }

  private static String rate(
      Table before,
      @Nullable List<String> earlier,
      Table now,
      List<String> row,
      String column,
      double by) {
    if (earlier == null || by <= 0) {
      return "";
    }
    // A VM that was booted again may count its channels' rings anew.
    double rate = Math.max(difference(before, earlier, now, row, column), 0) / by;
    return String.format(Locale.ROOT, rate < 100 ? "%.1f" : "%.0f", rate);
  }
}
