// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.topology.Topology;

/**
 * Reduces a run that fails to the fewest differences from a calm one with which it still fails in
 * the same way: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002) of its {@link Plan}. Used by one thread.
 */
public final class Shrinking {
  private static final int MOST_RUNS = 1_000;

  /** How much longer than the failure itself a smaller run may take, in virtual time. */
  private static final int MOST_LONGER = 4;

  private static final long LEAST_NANOS = 10_000_000;

  /** How many steps more. Without these differences, a VM may poll for ever what never comes. */
  private static final long MOST_STEPS_MORE = 2_000;

  /**
   * A failure with few differences from a calm run.
   *
   * @param failure as it was found
   * @param before how many differences the run had: changes of schedule, delayed stores, old values
   *     and faults
   * @param after how many are left
   * @param runs how many were made
   * @param timeline of the smallest one
   */
  public record Result(Failure failure, int before, int after, int runs, Timeline timeline) {
    /** Lines of {@link #text} before the first difference from a calm run, and at the most. */
    private static final int LINES_BEFORE = 8;

    private static final int MOST_LINES = 80;

    /** Returns a line that says how small the failure is. */
    public String summary() {
      return "%d of its %d differences from a calm run are enough (%d runs made to find them):"
          .formatted(after, before, runs);
    }

    /** Returns lines for a person: the summary, and the end of the timeline. */
    public List<String> text() {
      List<String> text = new ArrayList<>();
      text.add(summary());
      List<Timeline.Line> all = timeline.lines();
      int different = 0;
      while (different < all.size() && !all.get(different).different()) {
        different++;
      }
      int first = different == all.size() ? 0 : different - LINES_BEFORE;
      List<Timeline.Line> shown =
          all.subList(Math.max(0, Math.max(first, all.size() - MOST_LINES)), all.size());
      int who = shown.stream().mapToInt(line -> line.who().length()).max().orElse(0);
      int where = shown.stream().mapToInt(line -> line.where().length()).max().orElse(0);
      for (Timeline.Line line : shown) {
        text.add(
            "  %s  %s  %s%s"
                .formatted(
                    pad(line.who(), who), pad(line.where(), where), line.what(), line.repeated()));
      }
      return text;
    }

    private static String pad(String text, int width) {
      return text + " ".repeat(width - text.length());
    }
  }

  private final Topology topology;
  private final SimulationOptions options;
  private final SimulationWatcher watcher;
  private final long mostSteps;
  private int runs;

  private Shrinking(
      Topology topology, SimulationOptions options, SimulationWatcher watcher, long mostSteps) {
    this.topology = topology;
    this.options = options;
    this.watcher = watcher;
    this.mostSteps = mostSteps;
  }

  /**
   * Reduces the run of a seed.
   *
   * @param options under a memory model
   * @param watcher is asked whether to go on; what VMs print is not shown to it
   * @return the smallest run; null if the run of the seed does not fail, was abandoned, or differs
   *     from a calm one in more than 200,000 places
   */
  public static @Nullable Result shrink(
      Topology topology, SimulationOptions options, SimulationWatcher watcher)
      throws InterruptedException {
    RandomChoices choices = Simulation.random(options, true);
    SimulationWatcher quiet = quiet(watcher);
    SimulationOptions plain = options.withoutFingerprint();
    @Nullable SimulationResult result =
        Simulation.run(topology, plain, quiet, choices, Observer.NONE);
    @Nullable Plan plan = choices.plan().orElse(null);
    if (result == null || result.failure() == null || plan == null) {
      return null;
    }
    long limit = Math.min(options.limitNanos(), Math.max(LEAST_NANOS, longer(result.nanos())));
    SimulationOptions bounded =
        result.failure().kind() == Failure.Kind.TIME ? plain : plain.withLimit(limit);
    return new Shrinking(topology, bounded, quiet, result.steps() + MOST_STEPS_MORE)
        .shrink(plan, result.failure());
  }

  private static long longer(long nanos) {
    return nanos > Long.MAX_VALUE / MOST_LONGER ? Long.MAX_VALUE : MOST_LONGER * nanos;
  }

  private static SimulationWatcher quiet(SimulationWatcher watcher) {
    return new SimulationWatcher() {
      @Override
      public boolean goesOn(long nanos) {
        return watcher.goesOn(nanos);
      }
    };
  }

  private Result shrink(Plan plan, Failure failure) throws InterruptedException {
    List<Decision> smallest = plan.decisions();
    if (fails(smallest, failure)) {
      int parts = 2;
      while (smallest.size() >= 1 && runs < MOST_RUNS && watcher.goesOn(0)) {
        List<Decision> smaller = withoutOnePart(smallest, parts, failure);
        if (smaller != null) {
          smallest = smaller;
          parts = Math.max(2, parts - 1);
        } else if (parts >= smallest.size()) {
          break;
        } else {
          parts = Math.min(smallest.size(), 2 * parts);
        }
      }
    }
    TimelineWriter timeline = new TimelineWriter(topology);
    Simulation.run(
        topology, options, bounded(), new PlannedChoices(new Plan(smallest), timeline), timeline);
    return new Result(failure, plan.decisions().size(), smallest.size(), runs, timeline.timeline());
  }

  /**
   * Returns the decisions that still fail without one part of so many; null if none is dispensable.
   */
  private @Nullable List<Decision> withoutOnePart(
      List<Decision> decisions, int parts, Failure failure) throws InterruptedException {
    int size = decisions.size();
    int used = Math.min(parts, size);
    for (int part = 0; part < used && runs < MOST_RUNS; part++) {
      int from = size * part / used;
      int to = size * (part + 1) / used;
      List<Decision> rest = new ArrayList<>(decisions.subList(0, from));
      rest.addAll(decisions.subList(to, size));
      if (fails(rest, failure)) {
        return rest;
      }
    }
    return null;
  }

  /** Returns a watcher that abandons a run of too many steps. */
  private SimulationWatcher bounded() {
    return new SimulationWatcher() {
      private long steps;

      @Override
      public boolean goesOn(long nanos) {
        return ++steps <= mostSteps && watcher.goesOn(nanos);
      }
    };
  }

  private boolean fails(List<Decision> decisions, Failure failure) throws InterruptedException {
    runs++;
    @Nullable SimulationResult result =
        Simulation.run(
            topology,
            options,
            bounded(),
            new PlannedChoices(new Plan(decisions), Observer.NONE),
            Observer.NONE);
    return result != null && isSame(result.failure(), failure);
  }

  private static boolean isSame(@Nullable Failure found, Failure wanted) {
    return found != null
        && found.kind() == wanted.kind()
        && (found.kind() == Failure.Kind.TIME || found.what().equals(wanted.what()));
  }
}
