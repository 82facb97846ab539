// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tombolo.cli.terminal.Terminal;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.host.HostServices;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/**
 * The consoles of all VMs on one output: lines with their VM's name before them, and unchanged the
 * output of the VM that has the keyboard. Used by the thread that runs the VMs, which closes it
 * after them.
 */
final class Screen implements AutoCloseable {
  /** Foreground colours of a terminal that are legible on dark and light: cyan, green, … */
  private static final int[] COLOURS = {36, 32, 33, 35, 34, 31};

  private final HostServices host;
  private final Function<VmSpec, OutputStream> output;
  private final @Nullable VmSpec keyboard;
  private final @Nullable Terminal terminal;
  private final Map<String, Shown> shown = new LinkedHashMap<>();

  /** A VM's console, and where it prints. */
  private record Shown(StreamConsole console, OutputStream lines) {}

  /**
   * @param output where each VM prints; closed with the screen, except for the one with the
   *     keyboard
   * @param keyboard the VM that gets the keyboard, or null
   * @param terminal that of the keyboard, or null
   */
  Screen(
      HostServices host,
      Function<VmSpec, OutputStream> output,
      @Nullable VmSpec keyboard,
      @Nullable Terminal terminal) {
    this.host = host;
    this.output = output;
    this.keyboard = keyboard;
    this.terminal = terminal;
  }

  /** Returns the output of a VM that puts its name before each line. */
  static OutputStream lines(OutputStream out, Topology topology, VmSpec vm, boolean colours) {
    int width = topology.vms().stream().mapToInt(one -> one.name().length()).max().orElse(0);
    String name = vm.name() + " ".repeat(width - vm.name().length());
    if (!colours) {
      return new LinePrefix(out, name + " | ");
    }
    int colour = COLOURS[topology.vms().indexOf(vm) % COLOURS.length];
    return new LinePrefix(out, "\u001b[%dm%s |\u001b[0m ".formatted(colour, name));
  }

  /** Makes the console of a VM. */
  StreamConsole console(VmSpec vm) {
    OutputStream lines = output.apply(vm);
    StreamConsole console = new StreamConsole(vm.name(), lines, host);
    shown.put(vm.name(), new Shown(console, lines));
    if (vm.equals(keyboard) && terminal != null) {
      terminal.onSize(console::resize); // before there are devices, which look whether it has one
    }
    return console;
  }

  /** Types for the VM that has the keyboard, if one has. */
  void readFrom(InputStream keys) {
    Optional.ofNullable(keyboard)
        .map(vm -> shown.get(vm.name()))
        .ifPresent(vm -> vm.console.readFrom(keys));
  }

  /** Waits until all that the guests printed is written. */
  void flush() throws InterruptedException {
    for (Shown vm : shown.values()) {
      vm.console.flush();
    }
  }

  /** Prints what is left of each VM's last line. */
  @Override
  public void close() {
    for (Shown vm : shown.values()) {
      vm.console.close();
      try {
        vm.lines.close();
      } catch (IOException e) {
        // The reader of the rest has gone, as the console has noticed before.
      }
    }
  }
}
