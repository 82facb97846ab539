// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.SplitMix;
import tombolo.machine.host.Task;

/**
 * Schedules in which races show. One seed in two gives a random walk, the other a PCT schedule.
 *
 * <p>A <b>random walk</b> changes to any worker that has work: before one in 2, 4, … 64 accesses to
 * shared memory, behind as many doorbells, and at random instructions.
 *
 * <p><b>PCT</b> (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", ASPLOS 2010) gives each worker a random priority, and
 * steps the highest. At d − 1 random accesses, the worker at hand falls below all others. Of n
 * workers that do k accesses, a bug that needs d ordering constraints shows with a probability of
 * at least 1 / (n k^(d − 1)) if the change points are uniform. Here k is not known beforehand, so a
 * change point's logarithm is uniform, up to 2^16. This costs a factor of 16 for each change point
 * at the most, and finds early ones sooner. A worker that computes or polls for long without a
 * change falls below the others as well, because it may wait for one of them.
 */
final class ExploringSchedule {
  /** The most instructions of a step of PCT. */
  private static final int SLICE = 20_000;

  /** Turns in a row, and accesses in a row, after which a worker of PCT counts as polling. */
  private static final int PATIENCE_TURNS = 4;

  private static final int PATIENCE_ACCESSES = 400;

  private static final int MOST_CHANGES = 4;
  private static final int CHANGE_BITS = 16;
  private static final int SLICE_BITS = 14;
  private static final int MOST_RARITY = 6;

  /** A worker and its priority. */
  private static final class Ranked {
    private final Task task;
    private long priority;

    Ranked(Task task, long priority) {
      this.task = task;
      this.priority = priority;
    }
  }

  private final SplitMix chance;
  private final boolean byPriority;

  /** One in how many accesses is preempted; a power of two. */
  private final int rarity;

  private final List<Ranked> ranks = new ArrayList<>();
  private final List<Long> changes = new ArrayList<>();
  private long lowest = -1;
  private long points;
  private @Nullable Task current;
  private int turns;
  private int accesses;

  /** Makes the schedule of a seed. */
  ExploringSchedule(long seed) {
    chance = new SplitMix(seed);
    byPriority = chance.nextInt(2) == 1;
    rarity = 1 << (1 + chance.nextInt(MOST_RARITY));
    for (int left = chance.nextInt(MOST_CHANGES); left > 0; left--) {
      int bits = chance.nextInt(CHANGE_BITS + 1);
      changes.add((1L << bits) + chance.nextInt(1 << bits));
    }
  }

  /** Returns the index of the worker that is next. */
  int next(List<? extends Task> ready) {
    int index = byPriority ? highest(ready) : chance.nextInt(ready.size());
    Task chosen = ready.get(index);
    if (chosen.equals(current)) {
      turns++;
      if (turns > PATIENCE_TURNS && byPriority) {
        rank(chosen).priority = lowest--;
      }
    } else {
      current = chosen;
      turns = 0;
      accesses = 0;
    }
    return index;
  }

  private int highest(List<? extends Task> ready) {
    int best = 0;
    for (int i = 1; i < ready.size(); i++) {
      if (rank(ready.get(i)).priority > rank(ready.get(best)).priority) {
        best = i;
      }
    }
    return best;
  }

  private Ranked rank(Task task) {
    for (Ranked ranked : ranks) {
      if (ranked.task.equals(task)) {
        return ranked;
      }
    }
    ranks.removeIf(ranked -> ranked.task.hasEnded()); // each life of a VM has tasks of its own
    Ranked fresh = new Ranked(task, chance.nextLong() >>> 1);
    ranks.add(fresh);
    return fresh;
  }

  /** Returns the most instructions of its step. */
  long budget() {
    return byPriority ? SLICE : 1 + chance.nextInt(1 << chance.nextInt(SLICE_BITS + 1));
  }

  /** Returns whether others run now: before an access to shared memory, or behind an exit. */
  boolean isChange() {
    return byPriority ? isChangePoint() : chance.nextInt(rarity) == 0;
  }

  private boolean isChangePoint() {
    points++;
    accesses++;
    if (!changes.contains(points) && accesses <= PATIENCE_ACCESSES) {
      return false;
    }
    accesses = 0;
    if (current != null) {
      rank(current).priority = lowest--;
    }
    return true;
  }
}
