// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.topology.VmSpec;

/** Hands over lines, and at the end of each run the line that has not ended. Thread-safe. */
final class LineWatcher implements Watcher {
  private final BiConsumer<String, String> lines;
  private final Map<String, LineConsole> consoles = new ConcurrentSkipListMap<>();

  LineWatcher(BiConsumer<String, String> lines) {
    this.lines = lines;
  }

  @Override
  public Console console(VmSpec vm, HostServices host) {
    return consoles.computeIfAbsent(
        vm.name(), name -> new LineConsole(line -> lines.accept(name, line)));
  }

  @Override
  public void booting(RunningVm vm, @Nullable StopReason after) {
    endLine(vm);
  }

  @Override
  public void stopped(RunningVm vm, StopReason reason) {
    endLine(vm);
  }

  private void endLine(RunningVm vm) {
    Optional.ofNullable(consoles.get(vm.name())).ifPresent(LineConsole::end);
  }
}
