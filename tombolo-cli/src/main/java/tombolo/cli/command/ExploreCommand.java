// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.run.ExploringRun;
import tombolo.cli.run.Host;
import tombolo.cli.run.Recorded;
import tombolo.cli.run.TimeLimit;
import tombolo.topology.InputException;
import tombolo.topology.Topology;

/** {@code tombolo explore}: runs of a topology from many seeds, until one fails. */
@Command(
    name = "explore",
    description = "Runs a topology from many seeds, each with another schedule, until a run fails.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:no run failed",
      "1:a run failed",
      "2:an argument or a file cannot be used; nothing was started"
    },
    footer = {
      "",
      "A run fails if a guest reports failure or cannot go on, if nothing can run any more and a VM"
          + " has not ended (a deadlock), if the limit of virtual time is reached, or if a line of"
          + " a console matches --fail-on. Standard output shows the command that repeats each run"
          + " that failed, and ends with the number of runs. The first failure is reduced to the"
          + " fewest differences from a calm run, in which each vCPU runs until it waits and every"
          + " store is visible at once, and told as a timeline."
    })
final class ExploreCommand implements Callable<Integer> {
  @Mixin private final SimulationArguments arguments = new SimulationArguments();

  @Option(
      names = "--seed",
      paramLabel = "N",
      converter = SimulationArguments.SeedConverter.class,
      description = "the seed of the first run, 1 by default; each run takes the next one")
  private long seed = 1;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "how many runs at the most; 10000 by default")
  private long runs = 10_000;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = TimeLimit.Converter.class,
      description = "begin no run after this time, for example 60s or 8h; no limit by default")
  private @Nullable TimeLimit time;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "how many runs at a time; as many as the host has processors by default")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(names = "--keep-going", description = "go on after a failure")
  private boolean keepGoing;

  @Option(
      names = "--no-shrink",
      description = "do not look for the smallest run that fails like the first failure")
  private boolean noShrink;

  @Option(
      names = "--json",
      description = "print the first failure as JSON, with its timeline, and nothing else")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "PAGE",
      description = "also write the first failure's timeline to this file, as a page of HTML")
  private @Nullable Path page;

  @Spec private CommandSpec spec;

  private final Host host;

  ExploreCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    requirePositive("--runs", runs);
    requirePositive("--jobs", jobs);
    if (seed > Long.MAX_VALUE - runs) {
      throw new InputException(
          "--seed %d: %d seeds do not follow it; give a smaller one".formatted(seed, runs));
    }
    if (noShrink && (json || page != null)) {
      throw new InputException("--no-shrink: leaves nothing for --json or --html to tell");
    }
    Topology topology = arguments.topology(host);
    Recorded recorded = arguments.recorded(topology);
    return new ExploringRun(
            topology, found -> arguments.replay(found, recorded), host, spec.commandLine())
        .run(
            arguments.options(seed),
            new ExploringRun.Bounds(runs, time, jobs, keepGoing),
            new ExploringRun.Telling(!noShrink, json, page));
  }

  private static void requirePositive(String option, long value) {
    if (value < 1) {
      throw new InputException("%s %d: not positive; give at least 1".formatted(option, value));
    }
  }
}
