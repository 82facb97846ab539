// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.Task;
import tombolo.riscv.hart.Hart;
import tombolo.topology.FaultSpec;

/**
 * Decides as a plan says, and otherwise calmly. What a plan says of places never reached is void.
 */
final class PlannedChoices implements Choices {
  private final Plan plan;
  private final Observer observer;
  private final CalmSchedule calm = new CalmSchedule();

  /** For each worker, who is next when it stops there, at each visit. */
  private final TreeMap<String, NavigableMap<Long, TreeMap<Integer, String>>> switches =
      new TreeMap<>();

  /** For each worker, where it stops although it could go on. */
  private final TreeMap<String, TreeSet<Long>> cuts = new TreeMap<>();

  private final TreeMap<String, TreeMap<Long, Long>> delays = new TreeMap<>();
  private final TreeMap<String, TreeMap<Long, Integer>> stale = new TreeMap<>();

  private final TreeMap<String, TreeMap<Long, Decision.Mishap>> mishaps = new TreeMap<>();

  /** Whether the run has begun: before, nothing goes wrong. */
  private boolean begun;

  /** How many occasions there were, of those that the plan names. */
  private final TreeMap<String, Long> occasions = new TreeMap<>();

  /** Makes the choices of a plan. */
  PlannedChoices(Plan plan, Observer observer) {
    this.plan = plan;
    this.observer = observer;
    for (Decision.Switch one : plan.of(Decision.Switch.class)) {
      switches
          .computeIfAbsent(one.task(), _ -> new TreeMap<>())
          .computeIfAbsent(one.position(), _ -> new TreeMap<>())
          .put(one.visit(), one.next());
      if (one.cut()) {
        cuts.computeIfAbsent(one.task(), _ -> new TreeSet<>()).add(one.position());
      }
    }
    for (Decision.Delay one : plan.of(Decision.Delay.class)) {
      delays.computeIfAbsent(one.hart(), _ -> new TreeMap<>()).put(one.store(), one.accesses());
    }
    for (Decision.Mishap one : plan.of(Decision.Mishap.class)) {
      mishaps
          .computeIfAbsent(one.kind() + " " + one.vm(), _ -> new TreeMap<>())
          .put(one.number(), one);
    }
    for (Decision.Stale one : plan.of(Decision.Stale.class)) {
      stale.computeIfAbsent(one.hart(), _ -> new TreeMap<>()).put(one.load(), one.versions());
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
    String next = planned(calm.last());
    int chosen = next == null ? -1 : CalmSchedule.index(ready, next);
    if (chosen < 0) {
      chosen = calm.next(ready);
    } else if (next != null) {
      observer.switched(calm.last(), next);
    }
    calm.follow(ready, chosen);
    return chosen;
  }

  private @Nullable String planned(String last) {
    NavigableMap<Long, TreeMap<Integer, String>> ofTask = switches.get(last);
    TreeMap<Integer, String> here = ofTask == null ? null : ofTask.get(calm.position(last));
    return here == null ? null : here.get(calm.visit());
  }

  /** A vCPU stops where the plan switches, and otherwise where a calm run has lost its patience. */
  @Override
  public long budget() {
    String task = calm.last();
    long now = calm.position(task);
    TreeSet<Long> ofTask = cuts.get(task);
    Long stop = ofTask == null ? null : ofTask.higher(now);
    return stop == null ? CalmSchedule.PATIENCE : Math.min(CalmSchedule.PATIENCE, stop - now);
  }

  @Override
  public boolean preempts() {
    return false;
  }

  @Override
  public void letStoresGo(List<WeakMemory> harts) {
    for (WeakMemory hart : harts) {
      hart.drainDue(store -> wait(hart, store));
    }
  }

  @Override
  public void stored(WeakMemory hart) {
    hart.drainDue(store -> wait(hart, store));
  }

  private long wait(WeakMemory hart, long store) {
    TreeMap<Long, Long> ofHart = delays.get(hart.name());
    return ofHart == null ? 0 : ofHart.getOrDefault(store, 0L);
  }

  @Override
  public void left(String hart, long store, long accesses) {}

  @Override
  public int version(String hart, long load, int oldest, int newest) {
    TreeMap<Long, Integer> ofHart = stale.get(hart);
    int back = ofHart == null ? 0 : ofHart.getOrDefault(load, 0);
    return Math.max(oldest, newest - back);
  }

  @Override
  public Decision.@Nullable Mishap mishap(Mishaps.Kind kind, String vm) {
    String occasion = kind + " " + vm;
    TreeMap<Long, Decision.Mishap> planned = begun ? mishaps.get(occasion) : null;
    return planned == null ? null : planned.get(occasions.merge(occasion, 1L, Long::sum) - 1);
  }

  @Override
  public List<Decision.Strike> strikes(List<FaultSpec> possible) {
    begun = true;
    return plan.of(Decision.Strike.class);
  }
}
