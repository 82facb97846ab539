// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tombolo.machine.Vm;
import tombolo.machine.VmState;

/**
 * Keeps all VMs of a topology suspended while a debugger has stopped one of them. Several debuggers
 * may have: the VMs go on when the last one lets go. A VM that somebody else has suspended, or that
 * has stopped, is left alone. Thread-safe; not for vCPUs.
 */
public final class Freeze {
  private final Supplier<? extends List<Vm>> vms;

  // Guarded by this.
  private final List<Vm> suspended = new ArrayList<>();
  private int debuggers;

  /** Makes that of a topology, from its VMs. */
  public Freeze(Supplier<? extends List<Vm>> vms) {
    this.vms = vms;
  }

  /** Suspends the VMs, for one debugger more; also those that have begun to run meanwhile. */
  synchronized void begin() {
    debuggers++;
    for (Vm vm : vms.get()) {
      VmState state = vm.state();
      if (state != VmState.SUSPENDED && state != VmState.STOPPED) {
        suspend(vm);
      }
    }
  }

  private void suspend(Vm vm) {
    try {
      vm.suspend(); // after a reset, if one is under way
      if (!suspended.contains(vm)) {
        suspended.add(vm);
      }
    } catch (IllegalStateException e) {
      // It has stopped meanwhile, or has not begun.
    }
  }

  /** Lets the VMs go on, for one debugger. */
  synchronized void end() {
    if (--debuggers > 0) {
      return;
    }
    for (Vm vm : suspended) {
      try {
        if (vm.state() == VmState.SUSPENDED) {
          vm.resume();
        }
      } catch (IllegalStateException e) {
        // It has stopped meanwhile.
      }
    }
    suspended.clear();
  }
}
