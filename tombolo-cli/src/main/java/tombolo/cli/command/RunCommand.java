// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tombolo.cli.run.ForegroundRun;
import tombolo.cli.run.Host;
import tombolo.cli.run.Presentation;
import tombolo.cli.run.SimulatedRun;
import tombolo.cli.run.TimeLimit;
import tombolo.sim.SimulationOptions;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.file.Mistake;
import tombolo.topology.file.TopologyException;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.ExitStatus;

/** {@code tombolo run}: the VMs of a topology file, joined by its channels. */
@Command(
    name = "run",
    description =
        "Runs the VMs of a topology file, joined by its channels, until they have stopped.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every guest powered off or was stopped by tombolo stop or kill, or you left by Ctrl-A x",
      "1..255:a guest reported failure with this code; of several the first in the file",
      "2:an argument or a file cannot be used; nothing was started",
      "70:a vCPU could not go on",
      "71:a mistake in Tombolo",
      "74:the output could not be written",
      "124:time-out",
      "129:SIGHUP",
      "130:Ctrl-C, SIGINT",
      "141:the reader of the output has gone",
      "143:SIGTERM"
    },
    footer = {
      "",
      "Standard output has what the guests print, with the VM's name before each line; Tombolo's"
          + " messages go to standard error. Ctrl-C stops every VM. tombolo check --help lists the"
          + " keys of a file. Meanwhile tombolo ps, tombolo channels and tombolo top in another"
          + " terminal show what happens."
    })
final class RunCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "a topology file")
  private String file;

  @Option(
      names = "--console",
      paramLabel = "VM",
      description = "give this VM the keyboard, and pass its output on unchanged")
  private @Nullable String console;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeLimit.Converter.class,
      description = "stop all VMs after this time, for example 10s, 2m or 500ms")
  private @Nullable TimeLimit timeout;

  @Option(
      names = "--seed",
      paramLabel = "N",
      converter = SimulationArguments.SeedConverter.class,
      description =
          "simulate: one thread runs all VMs in virtual time, and every choice follows from this"
              + " number, so the same seed gives the same run; --timeout is virtual time then")
  private @Nullable Long seed;

  @Option(
      names = "--realtime",
      description = "with --seed: let virtual time go on no faster than the clock on the wall")
  private boolean realtime;

  @Option(
      names = "--stats",
      description = "print each VM's counters on standard error after the end")
  private boolean stats;

  @Spec private CommandSpec spec;

  private final Host host;

  RunCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    Topology topology;
    try {
      topology = TopologyFile.read(Path.of(file), host.platforms(), host.memoryBytes());
    } catch (InvalidPathException e) {
      throw new InputException("%s: not a path: %s".formatted(file, e.getReason()));
    } catch (TopologyException e) {
      e.mistakes().stream().map(Mistake::toString).forEach(spec.commandLine().getErr()::println);
      spec.commandLine().getErr().flush();
      return ExitStatus.USAGE;
    }
    if (seed != null) {
      return simulate(topology, seed);
    }
    if (realtime) {
      throw new InputException("--realtime: is for simulated runs; add --seed N");
    }
    return new ForegroundRun(
            topology, new Presentation.ManyVms(file), host, spec.commandLine().getErr())
        .run(keyboard(topology), timeout, stats);
  }

  private int simulate(Topology topology, long number) throws InterruptedException {
    if (console != null) {
      throw new InputException(
          "--console %s: a run from a seed has no keyboard; leave --console or --seed out"
              .formatted(console));
    }
    if (stats) {
      throw new InputException("--stats: is not for simulated runs; leave --stats or --seed out");
    }
    SimulationOptions options =
        new SimulationOptions(
            number,
            null,
            timeout == null ? Long.MAX_VALUE : timeout.duration().toNanos(),
            List.of(),
            true);
    return new SimulatedRun(topology, "tombolo run", host, spec.commandLine().getErr())
        .run(options, realtime);
  }

  private @Nullable VmSpec keyboard(Topology topology) {
    return console == null ? null : NamedVm.find(topology, "--console", console, file);
  }
}
