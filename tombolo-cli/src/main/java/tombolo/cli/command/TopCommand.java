// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tombolo.cli.run.Host;
import tombolo.cli.run.TimeLimit;
import tombolo.cli.view.Json;
import tombolo.cli.view.Rates;
import tombolo.cli.view.RunningTopologies;
import tombolo.cli.view.Table;
import tombolo.machine.host.Waiters;
import tombolo.topology.run.ExitStatus;

/** {@code tombolo top}: shows again and again what the VMs of all running topologies do. */
@Command(
    name = "top",
    description = "Shows what the VMs of all topologies of this user do, until Ctrl-C.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done, or the last topology has ended",
      "74:the output could not be written",
      "130:Ctrl-C",
      "141:the reader of the output has gone"
    },
    footer = {
      "",
      "MIPS: million instructions a second. rings/s: how often the VM was rung; bells/s: how many"
          + " interrupts that became. p50 and p99: the times from a ring until the VM took it, on"
          + " the channel where they are longest. packets/s: those that the VM's network cards have"
          + " sent or received; drops/s: those, to or from the VM, that were dropped.",
      "",
      "The second table has a row for each reader of a ring of messages that the host can see"
          + " (docs/ring-format.md). capacity and waiting: bytes of the ring, and those that the"
          + " reader has not read. MiB/s: with headers and padding. lost: messages that a reader"
          + " missed, which only readers of a broadcast can.",
      "",
      "v3 cell, v3 slot: AxVisor's region v3, a row for each direction. messages/s: by the ids in"
          + " the cells, so those that are begun. Bytes are those of whole cells, and nothing is"
          + " ever lost. error: why the next side that looks stops for good; a side that has"
          + " stopped for another reason keeps that to itself. v2: AxVisor's region version 2, the"
          + " same with slots, of which each is a message.",
      "",
      "The third table has a row for each bridge, which carries a ring to other hosts or from one."
          + " resent: messages sent once more because they had not arrived. gaps: how often that"
          + " happened. waits: how often there was no room for a frame or a message. lost: what a"
          + " host that is not waited for has missed. refused: frames of strangers and wrong ones."
          + " rtt us: the round trip between the two bridges."
    })
final class TopCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = TimeLimit.Converter.class,
      description = "time between two looks (default: 1s)")
  private TimeLimit interval;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "0",
      description = "number of looks (default: until Ctrl-C)")
  private int looks;

  @Option(names = "--json", description = "print JSON: an object for each look, a line each")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Host host;

  TopCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (looks < 0) {
      throw new ParameterException(
          spec.commandLine(), "-n " + looks + ": negative; give a number from 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<Look> before = Look.now();
    if (before.isEmpty()) {
      spec.commandLine().getErr().println("tombolo top: no topology is running");
      spec.commandLine().getErr().flush();
      return ExitStatus.GOOD;
    }
    // Who checks for an error flushes, too: nobody has to look on if nobody reads.
    for (int look = 0; (looks == 0 || look < looks) && !out.checkError(); look++) {
      new Waiters(host.services()).await(() -> false, interval.duration().toNanos());
      Optional<Look> now = Look.now();
      if (now.isEmpty()) {
        break;
      }
      print(before.get().ratesUntil(now.get()), out);
      before = now;
    }
    return ExitStatus.GOOD;
  }

  private void print(Look rates, PrintWriter out) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("vms", rates.vms.json());
      object.put("rings", rates.rings.json());
      object.put("bridges", rates.bridges.json());
      object.put("problems", rates.problems);
      out.println(Json.write(object).replaceAll("\\s*\n\\s*", ""));
    } else {
      out.print(host.colours().getAsBoolean() ? CLEAR : "");
      rates.vms.lines().forEach(out::println);
      for (Table table : List.of(rates.rings, rates.bridges)) {
        if (!table.rows().isEmpty()) {
          out.println();
          table.lines().forEach(out::println);
        }
      }
      rates.problems.forEach(out::println);
    }
    out.flush();
  }

  /** Counters, or the rates between two looks at them. */
  private record Look(Table vms, Table rings, Table bridges, List<String> problems) {
    private static final Table NONE = new Table(List.of(), List.of());

    private static final Rates OF_VMS =
        new Rates("pid", "vm")
            .copy("pid", "topology", "vm", "state")
            .rate("mips", "instructions", 1e6)
            .rate("exits/s", "exits", 1)
            .rate("rings/s", "rings", 1)
            .rate("bells/s", "bells", 1)
            .copy("p50 us", "p99 us")
            .rate("packets/s", "packets", 1)
            .rate("drops/s", "drops", 1);

    private static final Rates OF_RINGS =
        new Rates("pid", "channel", "publisher", "key", "generation", "reader")
            .copy("pid", "topology", "channel", "publisher", "reader", "format")
            .rate("messages/s", "messages", 1)
            .rate("mib/s", "bytes", 1 << 20)
            .copy("capacity", "waiting", "full %", "lost", "error");

    private static final Rates OF_BRIDGES =
        new Rates("pid", "channel", "direction", "host")
            .copy("pid", "topology", "channel", "direction", "host", "state")
            .rate("messages/s", "messages", 1)
            .rate("mib/s", "bytes", 1 << 20)
            .rate("resent/s", "resent", 1)
            .rate("waits/s", "waits", 1)
            .copy("gaps", "lost", "refused", "streams", "rtt us");

    static Optional<Look> now() {
      RunningTopologies.Answers vms = RunningTopologies.table("top");
      RunningTopologies.Answers rings = RunningTopologies.table("rings");
      return vms.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Look(
                  vms.table().orElse(NONE),
                  rings.table().orElse(NONE),
                  RunningTopologies.table("bridges").table().orElse(NONE),
                  vms.complaints()));
    }

    Look ratesUntil(Look later) {
      return new Look(
          OF_VMS.between(vms, later.vms),
          OF_RINGS.between(rings, later.rings),
          OF_BRIDGES.between(bridges, later.bridges),
          later.problems);
    }
  }
}
