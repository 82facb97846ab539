// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tombolo.topology.Topology;

/**
 * Runs a topology from many seeds, several at a time, until a run fails, enough runs are done, or
 * somebody wants the end.
 *
 * <p>Each worker of the exploration is a thread that takes the next seed and runs a {@link
 * Simulation} from it. After a failure, only runs from smaller seeds go on. So the smallest seed
 * that fails does not depend on the threads. Used by one thread; {@link #progress} by any.
 */
public final class Exploration {
  /** A run that failed, by its seed. */
  public record FailedRun(long seed, Failure failure) {}

  /**
   * What has been explored.
   *
   * @param runs that came to an end
   * @param outcomes how many different ones there were; no more are told apart than 100,000
   * @param failed how many runs failed
   * @param failures the first ones, by ascending seed
   */
  public record Summary(long runs, int outcomes, long failed, List<FailedRun> failures) {
    /** Copies the list. */
    public Summary {
      failures = List.copyOf(failures);
    }
  }

  private static final int MOST_OUTCOMES = 100_000;
  private static final int MOST_FAILURES = 1_000;

  private final Topology topology;
  private final SimulationOptions options;
  private final long last;
  private final boolean goesOn;
  private final BooleanSupplier abandoned;

  /** The largest seed whose run somebody wants. Written with the monitor held. */
  private volatile long end = Long.MAX_VALUE;

  // Guarded by this.
  private long next;
  private long runs;
  private final TreeSet<String> outcomes = new TreeSet<>();
  private long failed;
  private final TreeMap<Long, Failure> failures = new TreeMap<>();
  private @Nullable Throwable broken;

  /**
   * Makes an exploration.
   *
   * @param options of every run; their seed is the first one, and the others follow it
   * @param runs how many at the most, from 1; as many seeds must follow the first one
   * @param goesOn whether to go on after a failure
   * @param abandoned is asked now and then, by any thread, whether to end early
   * @throws tombolo.topology.InputException if the topology reaches something outside itself
   * @throws ArithmeticException if there are not so many seeds
   */
  public Exploration(
      Topology topology,
      SimulationOptions options,
      long runs,
      boolean goesOn,
      BooleanSupplier abandoned) {
    Simulation.check(topology);
    this.topology = topology;
    this.options = options.withoutFingerprint();
    this.next = options.seed();
    this.last = Math.addExact(options.seed(), runs) - 1;
    this.goesOn = goesOn;
    this.abandoned = abandoned;
  }

  /**
   * Explores.
   *
   * @param threads how many runs at a time, at least 1
   * @throws InterruptedException if the thread is interrupted; the exploration has ended then
   */
  public Summary explore(int threads) throws InterruptedException {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofPlatform().name("tombolo/explore" + i).daemon(true).start(this::work));
    }
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } finally {
      workers.forEach(Thread::interrupt);
    }
    synchronized (this) {
      if (broken instanceof Error error) {
        throw error;
      }
      if (broken instanceof RuntimeException exception) {
        throw exception;
      }
    }
    return progress();
  }

  /** Returns what has been explored so far. */
  public synchronized Summary progress() {
    return new Summary(
        runs,
        outcomes.size(),
        failed,
        failures.entrySet().stream()
            .map(entry -> new FailedRun(entry.getKey(), entry.getValue()))
            .toList());
  }

  private void work() {
    try {
      for (@Nullable Long seed = take(); seed != null; seed = take()) {
        long own = seed;
        SimulationResult result = Simulation.run(topology, options.withSeed(own), watcher(own));
        if (result != null) {
          note(own, result);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      fail(e);
    }
  }

  private SimulationWatcher watcher(long seed) {
    return new SimulationWatcher() {
      @Override
      public boolean goesOn(long nanos) {
        return !isVoid(seed);
      }
    };
  }

  private synchronized @Nullable Long take() {
    return next > last || isVoid(next) ? null : (Long) next++;
  }

  /** Returns whether nobody wants the run of a seed any more. */
  private boolean isVoid(long seed) {
    return seed > end || abandoned.getAsBoolean();
  }

  private synchronized void note(long seed, SimulationResult result) {
    runs++;
    if (outcomes.size() < MOST_OUTCOMES) {
      outcomes.add(result.outcome());
    }
    if (result.failure() != null) {
      failed++;
      failures.put(seed, result.failure());
      if (failures.size() > MOST_FAILURES) {
        failures.pollLastEntry();
      }
      end = goesOn ? end : Math.min(end, seed);
    }
  }

  private synchronized void fail(Throwable thrown) {
    broken = broken == null ? thrown : broken;
    end = Long.MIN_VALUE;
  }
}
