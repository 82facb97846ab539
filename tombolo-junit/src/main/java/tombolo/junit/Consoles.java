// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;
import tombolo.machine.power.StopReason;
import tombolo.topology.VmSpec;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.Watcher;

/** The consoles of a topology's VMs, which are told when runs begin and end. Thread-safe. */
final class Consoles implements Watcher {
  private final Waiters waiters;
  private final Map<String, GuestConsole> consoles = new ConcurrentSkipListMap<>();

  Consoles(Waiters waiters) {
    this.waiters = waiters;
  }

  GuestConsole of(String vm) {
    return consoles.computeIfAbsent(vm, _ -> new GuestConsole(waiters));
  }

  @Override
  public Console console(VmSpec vm, HostServices host) {
    return of(vm.name());
  }

  @Override
  public void booting(RunningVm vm, @Nullable StopReason after) {
    of(vm.name()).begin();
  }

  @Override
  public void stopped(RunningVm vm, StopReason reason) {
    of(vm.name()).end(reason);
  }
}
