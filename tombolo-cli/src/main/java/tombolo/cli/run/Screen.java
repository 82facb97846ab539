// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
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
  private final OutputStream out;
  private final Function<VmSpec, Optional<LinePrefix>> lines;
  private final BiFunction<VmSpec, OutputStream, OutputStream> watch;
  private final @Nullable VmSpec keyboard;
  private final @Nullable Terminal terminal;
  private final Map<String, Shown> shown = new LinkedHashMap<>();

  /** A VM's console, and the lines that it prints; empty where output passes as it is. */
  private record Shown(StreamConsole console, Optional<LinePrefix> lines) {}

  /**
   * @param out where all VMs print
   * @param lines the lines of a VM on it; empty for the one with the keyboard
   * @param watch looks at what a VM prints, and passes it on to the stream that it is given
   * @param keyboard the VM that gets the keyboard, or null
   * @param terminal that of the keyboard, or null
   */
  Screen(
      HostServices host,
      OutputStream out,
      Function<VmSpec, Optional<LinePrefix>> lines,
      BiFunction<VmSpec, OutputStream, OutputStream> watch,
      @Nullable VmSpec keyboard,
      @Nullable Terminal terminal) {
    this.host = host;
    this.out = out;
    this.lines = lines;
    this.watch = watch;
    this.keyboard = keyboard;
    this.terminal = terminal;
  }

  /** Returns the output of a VM that puts its name before each line. */
  static LinePrefix lines(OutputStream out, Topology topology, VmSpec vm, boolean colours) {
    int width = topology.vms().stream().mapToInt(one -> one.name().length()).max().orElse(0);
    String name = vm.name() + " ".repeat(width - vm.name().length());
    if (!colours) {
      return new LinePrefix(out, name + " | ", false);
    }
    int colour = COLOURS[topology.vms().indexOf(vm) % COLOURS.length];
    return new LinePrefix(out, "\u001b[%dm%s |\u001b[0m ".formatted(colour, name), true);
  }

  /**
   * Returns whether two of a topology's VMs are the same. Their names tell: the records' own {@code
   * equals} would be linked at run time, which takes longer than all the rest of a console.
   */
  static boolean isSame(VmSpec vm, @Nullable VmSpec other) {
    return other != null && vm.name().equals(other.name());
  }

  /** Makes the console of a VM. */
  StreamConsole console(VmSpec vm) {
    Optional<LinePrefix> prefix = lines.apply(vm);
    OutputStream to = prefix.<OutputStream>map(line -> line).orElse(out);
    StreamConsole console = new StreamConsole(vm.name(), watch.apply(vm, to), host);
    shown.put(vm.name(), new Shown(console, prefix));
    if (isSame(vm, keyboard) && terminal != null) {
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

  /**
   * Ends the last line of each VM, which has stopped, and waits until all that the guests printed
   * is written.
   *
   * @param nanos how long at the most, for each VM
   * @return whether it is written; if not, call it again or {@link #abandon} the rest
   */
  boolean flush(long nanos) throws InterruptedException {
    for (Shown vm : shown.values()) {
      if (!vm.console.flush(nanos)) {
        return false;
      }
      if (vm.lines.map(LinePrefix::isUnfinished).orElse(false)) {
        vm.console.write((byte) '\n');
        if (!vm.console.flush(nanos)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Drops what is not written. A thread that blocks in a write is left behind. */
  void abandon() {
    shown.values().forEach(vm -> vm.console.abandon());
  }

  /** Returns how many bytes the guests have printed that nobody will read. */
  long dropped() {
    return shown.values().stream().mapToLong(vm -> vm.console.dropped()).sum();
  }

  /** Writes the rest, unless it was abandoned. */
  @Override
  public void close() {
    shown.values().forEach(vm -> vm.console.close());
  }
}
