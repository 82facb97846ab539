// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.sim.Exploration;
import tombolo.sim.Shrinking;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;
import tombolo.topology.run.ExitStatus;

/**
 * An exploration that a person watches: progress on standard error, the result on standard output.
 * Ctrl-C ends it early, with what it has found.
 */
public final class ExploringRun {
  private static final long PROGRESS_NANOS = 2_000_000_000;

  /**
   * How much is explored.
   *
   * @param runs the most
   * @param time after which no run begins; null: without end
   * @param jobs runs at a time
   * @param keepGoing whether to go on after a failure
   */
  public record Bounds(long runs, @Nullable TimeLimit time, int jobs, boolean keepGoing) {}

  /**
   * How the first failure is told.
   *
   * @param shrinks whether it is reduced and told at all
   * @param json whether as JSON instead of text
   * @param page where to write it as HTML; null: nowhere
   */
  public record Telling(boolean shrinks, boolean json, @Nullable Path page) {}

  private final Topology topology;
  private final LongFunction<String> replay;
  private final Host host;
  private final PrintWriter out;
  private final PrintWriter err;
  private final long start;

  private volatile boolean abandoned;
  private volatile boolean finished;
  private volatile long end = Long.MAX_VALUE;

  /**
   * Makes one.
   *
   * @param replay returns the command that repeats the run of a seed
   * @param command where to print
   */
  public ExploringRun(
      Topology topology, LongFunction<String> replay, Host host, CommandLine command) {
    this.topology = topology;
    this.replay = replay;
    this.host = host;
    this.out = command.getOut();
    this.err = command.getErr();
    this.start = host.services().clock().nanos();
  }

  /** Explores, and returns the exit status. */
  public int run(SimulationOptions first, Bounds bounds, Telling telling)
      throws InterruptedException {
    if (bounds.time != null) {
      end = start + bounds.time.duration().toNanos();
    }
    Exploration exploration =
        new Exploration(
            topology, first, bounds.runs, bounds.keepGoing, () -> abandoned || now() >= end);
    LogLines.mute();
    ShutdownGuard shutdown = new ShutdownGuard(() -> abandoned = true, this::say);
    shutdown.arm();
    Task progress =
        host.services().scheduler().start("tombolo/progress", () -> progress(exploration));
    try {
      Exploration.Summary summary = exploration.explore(bounds.jobs);
      finished = true;
      progress.wake();
      progress.awaitEnd();
      return report(summary, first, telling);
    } finally {
      finished = true;
      progress.wake();
      out.flush(); // after Ctrl-C, the JVM halts once this is reported
      shutdown.disarm();
      shutdown.reported();
    }
  }

  private long progress(Exploration exploration) {
    if (finished) {
      return Worker.DONE;
    }
    Exploration.Summary summary = exploration.progress();
    if (now() - start >= PROGRESS_NANOS) {
      say(counts(summary));
    }
    return now() + PROGRESS_NANOS;
  }

  private int report(Exploration.Summary summary, SimulationOptions options, Telling telling)
      throws InterruptedException {
    for (Exploration.FailedRun failed : summary.failures()) {
      if (!telling.json) {
        out.println("seed %d: %s".formatted(failed.seed(), failed.failure().what()));
        out.println("  " + replay.apply(failed.seed()));
      }
      if (telling.shrinks && failed.equals(summary.failures().getFirst())) {
        tell(failed.seed(), options, telling);
      }
    }
    if (telling.json) {
      say(counts(summary));
    } else {
      out.println(counts(summary));
    }
    return summary.failures().isEmpty() ? ExitStatus.GOOD : ExitStatus.GUEST_FAILED;
  }

  private void tell(long seed, SimulationOptions options, Telling telling)
      throws InterruptedException {
    out.flush();
    say("looking for the smallest run that fails like seed %d".formatted(seed));
    Shrinking.@Nullable Result shrunk =
        Shrinking.shrink(
            topology,
            options.withSeed(seed),
            new SimulationWatcher() {
              @Override
              public boolean goesOn(long nanos) {
                return !abandoned;
              }
            });
    if (shrunk == null) {
      if (!abandoned) {
        say("the run of seed %d is too long to be reduced".formatted(seed));
      }
      return;
    }
    if (telling.page != null) {
      TimelinePrint.write(telling.page, replay.apply(seed), shrunk);
      say("wrote " + telling.page);
    }
    if (telling.json) {
      out.println(TimelinePrint.json(seed, shrunk));
    } else {
      shrunk.text().forEach(out::println);
    }
  }

  private String counts(Exploration.Summary summary) {
    return String.format(
        Locale.ROOT,
        "explored %d runs, %d outcomes, %d failures",
        summary.runs(),
        summary.outcomes(),
        summary.failed());
  }

  private long now() {
    return host.services().clock().nanos();
  }

  private void say(String line) {
    err.println("tombolo explore: " + line);
    err.flush();
  }
}
