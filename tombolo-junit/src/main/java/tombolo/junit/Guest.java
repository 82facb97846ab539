// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.util.Locale;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;
import tombolo.topology.run.RunningVm;

/**
 * A VM that runs, with its console.
 *
 * @param ram its memory, which is the host's again when the VM is closed
 */
record Guest(RunningVm running, GuestConsole console, HostMemory ram) {
  static Guest of(RunningVm running, GuestConsole console) {
    HostMemory ram =
        running.vm().memory().regions().stream().map(MemoryRegion::host).findFirst().orElseThrow();
    return new Guest(running, console, ram);
  }

  String name() {
    return running.name();
  }

  /** Returns one line on how it is. */
  String state() {
    StopReason end = console.end();
    return end == null
        ? running.vm().state().name().toLowerCase(Locale.ROOT)
        : "stopped: " + end.describe();
  }

  /** Ends its run, and has nobody boot it again but the test. */
  void stop() {
    running.stop("stopped by the test");
  }

  /** Whether its RAM was given back to the host. */
  boolean isFreed() {
    return !ram.segment().scope().isAlive();
  }
}
