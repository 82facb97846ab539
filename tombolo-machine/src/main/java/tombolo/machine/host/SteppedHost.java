// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A host of one thread and virtual time: whoever waits for workers steps them. A {@link Schedule}
 * decides which worker is next and how many instructions a vCPU runs in a step; the seed decides
 * all chance that guests see. So a topology that uses nothing but these services runs the same way
 * for the same schedule and seed.
 *
 * <p>Time stands still during a step. After it, time goes on by {@link #INSTRUCTION_NANOS} for each
 * instruction that a vCPU has retired, and by {@link #STEP_NANOS} after any other step: as if one
 * processor executed all vCPUs in turn. Where nobody has work, it jumps to the next time that a
 * worker waits for.
 *
 * <p>Its state is time and chance. Its tasks are not: whoever made them makes them again, in the
 * same order, and they say anew what they wait for. So it is saved and restored while every worker
 * waits to be woken, as those of a suspended VM do.
 *
 * <p>Used by one thread, that of the owner, which calls the topology and is called by it.
 */
public final class SteppedHost implements Stateful {
  /** Virtual nanoseconds that a step without instructions takes. */
  public static final long STEP_NANOS = 1_000;

  /** Virtual nanoseconds that an instruction takes. */
  public static final long INSTRUCTION_NANOS = 1;

  private final Schedule schedule;
  private final SplitMix chance;
  private final HostServices services;
  private final List<SteppedTask> tasks = new ArrayList<>();
  private long now;
  private long steps;
  private long instructions;
  private boolean inStep;
  private boolean unparked;

  /** Makes a host whose every choice follows from the seed. */
  public SteppedHost(long seed) {
    this(seed, Mishaps.NONE);
  }

  /**
   * Makes a host whose every choice follows from the seed.
   *
   * @param mishaps what goes wrong on purpose
   */
  public SteppedHost(long seed, Mishaps mishaps) {
    this(new SplitMix(seed), mishaps);
  }

  private SteppedHost(SplitMix seed, Mishaps mishaps) {
    // The order of the two is what a seed of earlier versions stood for.
    this(new SplitMix(seed.nextLong()), new RandomSchedule(seed), mishaps);
  }

  /**
   * Makes a host.
   *
   * @param schedule decides the order of steps
   * @param seed of what guests and devices draw
   * @param mishaps what goes wrong on purpose
   */
  public SteppedHost(Schedule schedule, long seed, Mishaps mishaps) {
    this(new SplitMix(seed), schedule, mishaps);
  }

  private SteppedHost(SplitMix chance, Schedule schedule, Mishaps mishaps) {
    this.chance = chance;
    this.schedule = schedule;
    services = new HostServices(() -> now, new SteppedScheduler(), chance::nextLong, mishaps);
  }

  /** Returns the services; always the same ones. */
  public HostServices services() {
    return services;
  }

  /** Returns how many steps there were so far. */
  public long steps() {
    return steps;
  }

  /** Returns how many instructions all vCPUs have retired so far. */
  public long instructions() {
    return instructions;
  }

  /**
   * Has one worker do one step, after a jump in time if nobody has work before.
   *
   * @return false, and nothing has happened, if every worker waits to be woken or has ended
   * @throws IllegalStateException if a step calls it
   */
  public boolean step() {
    return step(Worker.UNTIL_WOKEN);
  }

  /**
   * As {@link #step()}, but time jumps no further than to a time. If nobody has work before that,
   * it is that time then, and nothing else has happened.
   *
   * @param until nanoseconds of the clock
   * @return whether a worker has done a step
   */
  public boolean step(long until) {
    requireOutside();
    @Nullable SteppedTask next = next(until);
    if (next == null) {
      return false;
    }
    steps++;
    inStep = true;
    long before = instructions;
    try {
      next.step();
    } finally {
      inStep = false;
      long retired = instructions - before;
      pass(retired == 0 ? STEP_NANOS : INSTRUCTION_NANOS * retired);
    }
    return true;
  }

  /**
   * Lets time jump, as it does for a host that was asleep.
   *
   * @param nanos how far, not negative
   */
  public void jump(long nanos) {
    requireOutside();
    pass(nanos);
  }

  @Override
  public void save(StateWriter out) {
    out.number(now)
        .number(steps)
        .number(instructions)
        .part("schedule", schedule)
        .part("chance", chance);
  }

  @Override
  public void restore(StateReader in) {
    now = in.int64();
    steps = in.int64();
    instructions = in.int64();
    in.part("schedule", schedule).part("chance", chance);
  }

  /** Lets time go on; it does not go beyond the largest number, whatever a guest waits for. */
  private void pass(long nanos) {
    now = now > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : now + nanos;
  }

  private void requireOutside() {
    if (inStep) {
      throw new IllegalStateException("a worker's step must not wait for workers");
    }
  }

  private @Nullable SteppedTask next(long until) {
    tasks.removeIf(SteppedTask::hasEnded);
    List<SteppedTask> ready = ready();
    if (ready.isEmpty()) {
      long earliest = tasks.stream().mapToLong(SteppedTask::until).min().orElse(Long.MAX_VALUE);
      if (earliest == Worker.UNTIL_WOKEN || earliest > until) {
        now = until == Worker.UNTIL_WOKEN ? now : Math.max(now, until);
        return null;
      }
      now = earliest;
      ready = ready();
    }
    return ready.get(schedule.next(ready));
  }

  private List<SteppedTask> ready() {
    return tasks.stream().filter(task -> task.until() <= now).toList();
  }

  private final class SteppedScheduler implements Scheduler {
    @Override
    public Task task(String name, Idle idle, Worker worker) {
      return new SteppedTask(name, worker);
    }

    @Override
    public void park(long nanos) {
      requireOutside();
      if (unparked || step()) {
        unparked = false;
      } else if (nanos == Long.MAX_VALUE) {
        throw new IllegalStateException("nothing can end this wait: every worker waits, too");
      } else {
        pass(Math.max(0, nanos));
      }
    }

    @Override
    public void unpark(Thread thread) {
      unparked = true;
    }

    @Override
    public boolean stepsMayBlock() {
      return false;
    }

    @Override
    public long budget() {
      return schedule.budget();
    }

    @Override
    public void retired(long more) {
      instructions += more;
    }

    @Override
    public boolean endsStepAtExit() {
      return schedule.endsStepAtExit();
    }
  }

  private final class SteppedTask implements Task {
    private final String name;
    private final Worker worker;
    private boolean started;
    private boolean ended;
    private boolean paused;
    private long until = Worker.AGAIN;

    SteppedTask(String name, Worker worker) {
      this.name = name;
      this.worker = worker;
    }

    long until() {
      return paused ? Worker.UNTIL_WOKEN : until;
    }

    void step() {
      until = Worker.UNTIL_WOKEN; // a wake during the step is for the next one
      try {
        long wanted = worker.step();
        ended = wanted == Worker.DONE;
        until = Math.min(until, wanted);
      } catch (Throwable e) {
        ended = true;
        if (!Failures.tell(name, worker, e)) {
          throw e;
        }
      }
    }

    @Override
    public void start() {
      if (started) {
        throw new IllegalStateException(name + " was started before");
      }
      started = true;
      tasks.add(this);
    }

    @Override
    public void wake() {
      until = Worker.AGAIN;
    }

    @Override
    public void pause() {
      requireOutside();
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
    }

    @Override
    public void interrupt() {
      // No call of the host blocks while the only thread is here.
    }

    @Override
    public boolean hasEnded() {
      return ended;
    }

    @Override
    public void awaitEnd() {
      while (!ended) {
        services.scheduler().park(Long.MAX_VALUE);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
