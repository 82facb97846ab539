// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import tombolo.machine.VmState;
import tombolo.machine.host.SteppedHost;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.TopologyRun;

/**
 * The faults of one run. They come between two steps: at a time, or before an access to shared
 * memory, where the step ends for that. Since steps end at random instructions, a fault may come at
 * any of them.
 */
final class Faults {
  /** Something that happens at a time. */
  private record Due(long nanos, Runnable happens) {}

  private final TopologyRun run;
  private final SteppedHost host;
  private final Observer observer;
  private final List<Due> due = new ArrayList<>();
  private final List<Decision.Strike> atAccesses = new ArrayList<>();
  private final TreeMap<String, Long> accesses = new TreeMap<>();

  /** Makes those of a run. */
  Faults(List<Decision.Strike> strikes, TopologyRun run, SteppedHost host, Observer observer) {
    this.run = run;
    this.host = host;
    this.observer = observer;
    for (Decision.Strike strike : strikes) {
      if (strike.access() == Decision.Strike.AT_A_TIME) {
        due.add(new Due(strike.nanos(), () -> happen(strike)));
      } else {
        atAccesses.add(strike);
      }
    }
  }

  /**
   * A hart accesses shared memory next.
   *
   * @return whether a fault comes first, at the next {@link #look}
   */
  boolean access(String hart) {
    if (atAccesses.isEmpty()) {
      return false;
    }
    long number = accesses.merge(hart, 1L, Long::sum) - 1;
    boolean comes = false;
    for (int i = 0; i < atAccesses.size(); i++) {
      Decision.Strike strike = atAccesses.get(i);
      if (strike.access() == number && hart.equals(strike.fault().target() + "/vcpu0")) {
        atAccesses.remove(i--);
        due.add(new Due(0, () -> happen(strike)));
        comes = true;
      }
    }
    return comes;
  }

  /** Does what is due. Called between two steps. */
  void look(long nanos) {
    for (int i = 0; i < due.size(); i++) {
      if (due.get(i).nanos <= nanos) {
        due.remove(i).happens.run();
        i--;
      }
    }
  }

  private void happen(Decision.Strike strike) {
    observer.fault(strike);
    switch (strike.fault().kind()) {
      case KILL -> run.vm(strike.fault().target()).kill("killed by the simulation");
      case STALL -> stall(run.vm(strike.fault().target()), strike);
      case JUMP -> host.jump(strike.lasts());
      default -> throw new IllegalStateException(strike.fault() + " strikes at no time");
    }
  }

  private void stall(RunningVm vm, Decision.Strike strike) {
    if (vm.vm().state() == VmState.RUNNING) {
      vm.vm().suspend();
      long now = host.services().clock().nanos();
      due.add(new Due(now + strike.lasts(), () -> goOn(vm)));
    }
  }

  private static void goOn(RunningVm vm) {
    if (vm.vm().state() == VmState.SUSPENDED) {
      vm.vm().resume();
    }
  }

  /** Returns the time of the next one; Long.MAX_VALUE if there is none. */
  long next() {
    return due.stream().mapToLong(Due::nanos).min().orElse(Long.MAX_VALUE);
  }
}
