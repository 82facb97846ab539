// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.SplitMix;
import tombolo.machine.host.Task;
import tombolo.riscv.hart.Hart;
import tombolo.topology.FaultSpec;

/** Decides by a seed, and remembers in what the run differs from a calm one. */
final class RandomChoices implements Choices {
  private static final int MOST_DECISIONS = 200_000;
  private static final int MOST_DRAIN_RARITY = 6;
  private static final int MOST_STALE_RARITY = 4;
  private static final int ONE_FAULT_IN_SO_MANY_STAYS_AWAY = 4;

  /** Faults come from 1 µs to 16 ms after the boot; stalls last from 1 µs to 4 s. */
  private static final int LEAST_FAULT_BITS = 10;

  private static final int MOST_FAULT_BITS = 24;
  private static final int MOST_STALL_BITS = 32;

  /** Faults also come before one of the VM's first 16,384 accesses to shared memory. */
  private static final int MOST_ACCESS_BITS = 14;

  /** Late is from 1 µs to 1 s. */
  private static final int MOST_LATE_BITS = 30;

  /** One occasion in 2, 4, … 128 is a mishap. */
  private static final int LEAST_MISHAP_RARITY = 1;

  private static final int MOST_MISHAP_RARITY = 7;

  /** Occasions at which something may go wrong: how often it does, and how many there were. */
  private static final class Occasion {
    private final int rarity;
    private long number;

    Occasion(int rarity) {
      this.rarity = rarity;
    }
  }

  private final ExploringSchedule schedule;
  private final SplitMix memory;
  private final SplitMix faults;
  private final CalmSchedule calm = new CalmSchedule();
  private final boolean isWatched;
  private final boolean remembers;
  private final List<Decision> decisions = new ArrayList<>();
  private final TreeMap<String, Occasion> occasions = new TreeMap<>();

  /** A store leaves its buffer at one in so many accesses; a power of two. */
  private final int drainRarity;

  /** One load in so many returns an older value, where it may; a power of two. */
  private final int staleRarity;

  /**
   * Makes the choices of a seed.
   *
   * @param isWatched whether accesses to shared memory are known
   * @param remembers whether to note in what the run differs from a calm one
   */
  RandomChoices(SplitMix seeds, boolean isWatched, boolean remembers) {
    this.isWatched = isWatched;
    this.remembers = remembers;
    schedule = new ExploringSchedule(seeds.nextLong());
    memory = new SplitMix(seeds.nextLong());
    faults = new SplitMix(seeds.nextLong());
    drainRarity = 1 << memory.nextInt(MOST_DRAIN_RARITY + 1);
    staleRarity = 1 << memory.nextInt(MOST_STALE_RARITY);
  }

  /** Returns in what the run differs from a calm one; empty if that is too much to remember. */
  Optional<Plan> plan() {
    return decisions.size() > MOST_DECISIONS ? Optional.empty() : Optional.of(new Plan(decisions));
  }

  private void remember(Decision decision) {
    if (remembers && decisions.size() <= MOST_DECISIONS) {
      decisions.add(decision);
    }
  }

  @Override
  public void meet(String task, Hart hart) {
    calm.meet(task, hart);
  }

  @Override
  public void struck() {
    calm.struck();
  }

  @Override
  public int next(List<? extends Task> ready) {
    calm.ended();
    int chosen = schedule.next(ready);
    calm.follow(ready, chosen).ifPresent(this::remember);
    return chosen;
  }

  @Override
  public long budget() {
    return schedule.budget();
  }

  @Override
  public boolean endsStepAtExit() {
    return schedule.isChange();
  }

  @Override
  public boolean preempts() {
    return !calm.isAtItsBeginning() && schedule.isChange();
  }

  @Override
  public void letStoresGo(List<WeakMemory> harts) {
    for (WeakMemory hart : harts) {
      if (hart.hasPending() && memory.nextInt(drainRarity) == 0) {
        hart.drainAny(memory::nextInt);
      }
    }
  }

  @Override
  public void stored(WeakMemory hart) {}

  @Override
  public void left(String hart, long store, long accesses) {
    remember(new Decision.Delay(hart, store, accesses));
  }

  @Override
  public int version(String hart, long load, int oldest, int newest) {
    if (oldest == newest || memory.nextInt(staleRarity + 1) != 0) {
      return newest;
    }
    int version = oldest + memory.nextInt(newest - oldest + 1);
    if (version != newest) {
      remember(new Decision.Stale(hart, load, newest - version));
    }
    return version;
  }

  @Override
  public List<Decision.Strike> strikes(List<FaultSpec> possible) {
    List<Decision.Strike> strikes = new ArrayList<>();
    for (FaultSpec fault : possible) {
      Mishaps.@Nullable Kind occasion = fault.kind().occasion();
      if (occasion != null) {
        begin(occasion, fault.target());
        continue;
      }
      long nanos = number(MOST_FAULT_BITS);
      long lasts = number(MOST_STALL_BITS);
      boolean isAtAccess = isWatched && fault.kind().isOfVm() && faults.nextInt(2) == 0;
      long access = isAtAccess ? access() : Decision.Strike.AT_A_TIME;
      if (faults.nextInt(ONE_FAULT_IN_SO_MANY_STAYS_AWAY) != 0) {
        strikes.add(new Decision.Strike(fault, nanos, access, lasts));
      }
    }
    strikes.forEach(this::remember);
    return strikes;
  }

  private long access() {
    int bits = faults.nextInt(MOST_ACCESS_BITS);
    return (1L << bits) + faults.nextInt(1 << bits) - 1;
  }

  private void begin(Mishaps.Kind kind, String vm) {
    int rarity = 1 << (LEAST_MISHAP_RARITY + faults.nextInt(MOST_MISHAP_RARITY));
    if (faults.nextInt(ONE_FAULT_IN_SO_MANY_STAYS_AWAY) != 0) {
      occasions.put(occasion(kind, vm), new Occasion(rarity));
    }
  }

  private static String occasion(Mishaps.Kind kind, String vm) {
    return kind + " " + vm;
  }

  @Override
  public Decision.@Nullable Mishap mishap(Mishaps.Kind kind, String vm) {
    Occasion occasion = occasions.isEmpty() ? null : occasions.get(occasion(kind, vm));
    if (occasion == null) {
      return null;
    }
    long number = occasion.number++;
    if (faults.nextInt(occasion.rarity) != 0) {
      return null;
    }
    boolean isLate = kind == Mishaps.Kind.LATE_BELL || kind == Mishaps.Kind.SLOW_DISK;
    Decision.Mishap mishap =
        new Decision.Mishap(kind, vm, number, isLate ? number(MOST_LATE_BITS) : 1);
    remember(mishap);
    return mishap;
  }

  private long number(int mostBits) {
    int bits = LEAST_FAULT_BITS + faults.nextInt(mostBits - LEAST_FAULT_BITS);
    return (1L << bits) + (faults.nextLong() >>> (Long.SIZE - bits));
  }
}
