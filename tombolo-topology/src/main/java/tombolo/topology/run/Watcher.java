// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.topology.VmSpec;

/**
 * Gives a run the consoles of its VMs and hears what becomes of these.
 *
 * <p>The run calls {@link #booting} and {@link #stopped} one after the other for each VM, with a
 * lock of that VM held. They return soon, and neither stop nor boot a VM; {@link
 * TopologyRun#requestStop} is allowed.
 */
public interface Watcher {
  /**
   * Returns the console of a VM. Called once for each VM, before it is made.
   *
   * @param host that of the run
   */
  Console console(VmSpec vm, HostServices host);

  /**
   * A VM is about to boot.
   *
   * @param after how its run ended if it boots again because the topology says so; null if the
   *     run's owner boots it
   */
  default void booting(RunningVm vm, @Nullable StopReason after) {}

  /**
   * Returns a watcher that hands over each line that a VM prints, with the VM's name before it.
   *
   * @param lines called by the vCPU thread that printed the line's end, which waits meanwhile
   */
  static Watcher ofLines(BiConsumer<String, String> lines) {
    return new LineWatcher(lines);
  }

  /** A VM has stopped, and nobody but the run's owner boots it again. */
  default void stopped(RunningVm vm, StopReason reason) {}
}
