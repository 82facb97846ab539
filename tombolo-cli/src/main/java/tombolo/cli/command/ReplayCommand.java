// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.run.Host;
import tombolo.cli.run.SimulatedRun;

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
          + " seed and the options below; not on the host, its load or its clock."
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

  @Spec private CommandSpec spec;

  private final Host host;

  ReplayCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    return new SimulatedRun(
            arguments.topology(host), "tombolo replay", host, spec.commandLine().getErr())
        .run(arguments.options(seed), false);
  }
}
