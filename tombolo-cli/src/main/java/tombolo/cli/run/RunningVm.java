// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tombolo.cli.terminal.Terminal;
import tombolo.ivc.Directory;
import tombolo.machine.Vm;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VmSpec;
import tombolo.topology.run.JoinedVm;

/**
 * A VM of a topology with its console. Owned by a {@link TopologyRun}, whose thread makes, boots
 * and closes it; others may look at it.
 */
public final class RunningVm implements AutoCloseable {
  private final OutputStream lines;
  private final StreamConsole console;
  private final JoinedVm joined;

  /** How its latest run ended; used by the topology's thread. */
  private @Nullable StopOutcome outcome;

  /**
   * Makes the VM and joins it to directory and switch; nothing runs yet.
   *
   * @param lines where its console prints; closed with it
   * @param terminal at its console's other end, or null
   */
  RunningVm(
      VmSpec spec,
      Directory directory,
      VsockSwitch network,
      OutputStream lines,
      @Nullable Terminal terminal) {
    this.lines = lines;
    this.console = new StreamConsole(spec.name(), lines, HostServices.system());
    if (terminal != null) {
      terminal.onSize(console::resize); // before there are devices
    }
    @Nullable JoinedVm made = null;
    try {
      made = new JoinedVm(spec, directory, network, console);
      joined = made;
    } finally {
      if (made == null) {
        console.close();
      }
    }
  }

  /** The VM, with what the topology knows of it. */
  public JoinedVm joined() {
    return joined;
  }

  public VmSpec spec() {
    return joined.spec();
  }

  public String name() {
    return spec().name();
  }

  public Vm vm() {
    return joined.vm();
  }

  StreamConsole console() {
    return console;
  }

  @Nullable StopOutcome outcome() {
    return outcome;
  }

  void ended(StopOutcome how) {
    outcome = how;
  }

  /** Stops it and prints what is left of its last line. */
  @Override
  public void close() {
    joined.close();
    console.close();
    try {
      lines.close();
    } catch (IOException e) {
      // Who would have read the rest has gone, which the console has noticed before.
    }
  }
}
