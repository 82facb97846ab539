// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import tombolo.machine.VmState;
import tombolo.machine.host.SplitMix;
import tombolo.topology.FaultSpec;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.TopologyRun;

/**
 * The faults of one run. Three in four of those that the topology allows come, each at a random
 * time whose logarithm is uniform, between two steps. Since steps end at random instructions and
 * before accesses to shared memory, a fault may come at any instruction.
 */
final class Faults {
  private static final int ONE_IN_SO_MANY_STAYS_AWAY = 4;

  /** Faults come from 1 µs to 16 ms after the boot, stalls last as long to 4 s. */
  private static final int LEAST_BITS = 10;

  private static final int MOST_BITS = 24;
  private static final int MOST_STALL_BITS = 32;

  /** Something that happens at a time. */
  private record Due(long nanos, Runnable happens) {}

  private final SplitMix chance;
  private final TopologyRun run;
  private final List<Due> due = new ArrayList<>();

  /** Chooses the faults of a run. */
  Faults(List<FaultSpec> specs, TopologyRun run, long seed) {
    this.run = run;
    chance = new SplitMix(seed);
    for (FaultSpec spec : specs) {
      long nanos = time(MOST_BITS);
      if (chance.nextInt(ONE_IN_SO_MANY_STAYS_AWAY) != 0) {
        due.add(new Due(nanos, () -> happen(spec, nanos)));
      }
    }
  }

  private long time(int mostBits) {
    int bits = LEAST_BITS + chance.nextInt(mostBits - LEAST_BITS);
    return (1L << bits) + (chance.nextLong() >>> (Long.SIZE - bits));
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

  private void happen(FaultSpec spec, long nanos) {
    RunningVm vm = run.vm(spec.vm());
    switch (spec.kind()) {
      case KILL -> vm.kill("killed by the simulation");
      case STALL -> {
        if (vm.vm().state() == VmState.RUNNING) {
          vm.vm().suspend();
          due.add(new Due(nanos + time(MOST_STALL_BITS), () -> goOn(vm)));
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
