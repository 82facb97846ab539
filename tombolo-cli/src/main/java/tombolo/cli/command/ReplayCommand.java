// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.run.Host;
import tombolo.cli.run.SimulatedRun;
import tombolo.sim.SimulationOptions;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/** {@code tombolo replay}: a run that {@code tombolo explore} has found. */
@Command(
    name = "replay",
    description = "Repeats a run that tombolo explore has found, to the instruction.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the run did not fail",
      "1..255:that of the guest that failed; 1: another failure",
      "2:an argument or a file cannot be used; nothing was started",
      "124:the limit of virtual time was reached"
    },
    footer = {
      "",
      "The run depends on the topology file, the files that it names, the build of Tombolo, the"
          + " seed and the options; not on the host, its load or its clock."
    })
final class ReplayCommand implements Callable<Integer> {
  @Mixin private final SimulationArguments arguments = new SimulationArguments();

  @Option(
      names = "--seed",
      paramLabel = "N",
      required = true,
      converter = SimulationArguments.SeedConverter.class,
      description = "the seed of the run")
  private long seed;

  @Option(
      names = "--recorded",
      paramLabel = "HASHES",
      description =
          "what explore has printed: refuse to run if Tombolo or a file has changed since, and say"
              + " which")
  private @Nullable String recorded;

  @Option(
      names = "--gdb",
      paramLabel = "PORT",
      converter = PortOption.class,
      description =
          "let gdb debug a VM of the run, forwards and backwards, at this port of 127.0.0.1; the VM"
              + " waits for gdb before its first instruction")
  private @Nullable Integer gdb;

  @Option(
      names = "--vm",
      paramLabel = "NAME",
      description = "which VM gdb sees; the first one of the file by default")
  private @Nullable String vm;

  @Spec private CommandSpec spec;

  private final Host host;

  ReplayCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (vm != null && gdb == null) {
      throw new InputException("--vm %s: is for gdb; add --gdb PORT".formatted(vm));
    }
    Topology topology = arguments.topology(host);
    if (recorded != null) {
      arguments.recorded(topology).check(recorded);
    }
    SimulatedRun run =
        new SimulatedRun(topology, "tombolo replay", host, spec.commandLine().getErr());
    SimulationOptions options = arguments.options(seed);
    return gdb == null ? run.run(options, false) : run.debug(options, debugged(topology), gdb);
  }

  private VmSpec debugged(Topology topology) {
    return vm == null
        ? topology.vms().getFirst()
        : NamedVm.find(topology, "--vm", vm, arguments.file());
  }
}
