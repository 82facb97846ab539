// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import tombolo.machine.VmState;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.TopologyRun;

/**
 * The faults of one run. They come between two steps. Since steps end at random instructions and
 * before accesses to shared memory, a fault may come at any instruction.
 */
final class Faults {
  /** Something that happens at a time. */
  private record Due(long nanos, Runnable happens) {}

  private final TopologyRun run;
  private final Observer observer;
  private final List<Due> due = new ArrayList<>();

  /** Makes those of a run. */
  Faults(List<Decision.Strike> strikes, TopologyRun run, Observer observer) {
    this.run = run;
    this.observer = observer;
    for (Decision.Strike strike : strikes) {
      due.add(new Due(strike.nanos(), () -> happen(strike)));
    }
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
    RunningVm vm = run.vm(strike.fault().vm());
    switch (strike.fault().kind()) {
      case KILL -> vm.kill("killed by the simulation");
      case STALL -> {
        if (vm.vm().state() == VmState.RUNNING) {
          vm.vm().suspend();
          due.add(new Due(strike.nanos() + strike.lasts(), () -> goOn(vm)));
        }
      }
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
