// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Task;
import tombolo.riscv.hart.Hart;

/**
 * Who is next in a calm run: the worker that did the last step, until it has nothing to do or has
 * had {@link #PATIENCE} instructions in a row; then the next one in the order in which they were
 * started.
 */
final class CalmSchedule {
  /** Instructions after which a vCPU may be waiting, by polling, for another one. */
  static final long PATIENCE = 20_000;

  private final TreeMap<String, Hart> harts = new TreeMap<>();
  private final TreeMap<String, Long> steps = new TreeMap<>();
  private final TreeMap<String, Integer> orders = new TreeMap<>();
  private String last = "";
  private @Nullable Hart lastHart;
  private long since;
  private String seen = "";
  private long seenAt;
  private int visit;
  private boolean struck;
  private long began;

  void meet(String task, Hart hart) {
    harts.put(task, hart);
  }

  /** Returns the name of the worker that did the last step; {@code ""} before the first. */
  String last() {
    return last;
  }

  /** Returns where a worker is: instructions that a vCPU has retired, or steps of another one. */
  long position(String task) {
    Hart hart = task.equals(last) ? lastHart : harts.get(task);
    return hart == null ? steps.getOrDefault(task, 0L) : hart.retired;
  }

  /** Notes that a step has ended. Called once before each choice. */
  void ended() {
    long position = position(last);
    visit = last.equals(seen) && position == seenAt ? visit + 1 : 0;
    seen = last;
    seenAt = position;
  }

  /** Notes that the step at hand ends because a fault comes, whoever decides about schedules. */
  void struck() {
    struck = true;
  }

  /** Returns how many steps have ended where the last one did, before it. */
  int visit() {
    return visit;
  }

  /** Returns whether the vCPU at hand has retired nothing in its step yet. */
  boolean isAtItsBeginning() {
    return position(last) == began;
  }

  /** Returns whose step it is; an index of the list. */
  int next(List<? extends Task> ready) {
    int index = index(ready, last);
    if (index >= 0 && position(last) - since < PATIENCE) {
      return index;
    }
    // Tasks are listed in the order of their starts: the first behind the last one.
    int own = order(last);
    for (int i = 0; i < ready.size(); i++) {
      if (order(ready.get(i).toString()) > own) {
        return i;
      }
    }
    return 0;
  }

  private int order(String task) {
    return task.isEmpty() ? -1 : orders.computeIfAbsent(task, _ -> orders.size());
  }

  static int index(List<? extends Task> ready, String name) {
    for (int i = 0; i < ready.size(); i++) {
      if (ready.get(i).toString().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Notes who does the next step. Returns the decision, if a calm run would go on otherwise: with
   * another worker, or without an end of the step here.
   */
  Optional<Decision> follow(List<? extends Task> ready, int chosen) {
    ready.forEach(task -> order(task.toString()));
    String name = ready.get(chosen).toString();
    boolean couldGoOn = harts.containsKey(last) && index(ready, last) >= 0;
    boolean wasCut = couldGoOn && !struck && position(last) - began < PATIENCE;
    boolean isCalm = next(ready) == chosen && !wasCut && !(couldGoOn && name.equals(last));
    @Nullable Decision decision =
        isCalm
            ? null
            : new Decision.Switch(
                last, position(last), visit, !struck && index(ready, last) >= 0, name);
    struck = false;
    if (!name.equals(last)) {
      last = name;
      lastHart = harts.get(name);
      since = position(name);
    } else if (position(name) - since >= PATIENCE) {
      since = position(name);
    }
    steps.merge(name, 1L, Long::sum);
    began = position(name);
    return Optional.ofNullable(decision);
  }
}
