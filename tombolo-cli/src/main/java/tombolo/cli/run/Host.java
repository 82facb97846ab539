// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.cli.stream.PatientInput;
import tombolo.cli.stream.PatientOutput;
import tombolo.cli.terminal.Terminal;
import tombolo.machine.host.HostServices;
import tombolo.topology.PhysicalMemory;
import tombolo.topology.Platform;

/**
 * The machine that a command runs on; a test can give a command another one.
 *
 * @param in the keyboard, or what was piped in
 * @param out standard output; unbuffered, and it throws when it can't be written, which {@code
 *     System.out} would keep to itself
 * @param terminal sets the terminal at {@code in} for a guest, if there is one
 * @param colours whether {@code out} is a terminal that may be written in colours
 * @param memoryBytes the memory of the machine, or of the container that this process runs in
 * @param platforms what can run VMs
 * @param services time, workers and chance of the VMs
 */
public record Host(
    InputStream in,
    OutputStream out,
    Supplier<Optional<Terminal>> terminal,
    BooleanSupplier colours,
    LongSupplier memoryBytes,
    List<Platform> platforms,
    HostServices services) {
  /** Returns the machine itself. */
  public static Host real() {
    HostServices services = HostServices.system();
    return new Host(
        new PatientInput(new FileInputStream(FileDescriptor.in), services),
        new PatientOutput(new FileOutputStream(FileDescriptor.out).getChannel(), services),
        Terminal::ofStandardInput,
        Host::writesColours,
        PhysicalMemory::totalBytes,
        Platform.all(),
        services);
  }

  /** Returns whether both ends are a terminal with colours, and the person wants colours. */
  private static boolean writesColours() {
    return wantsColours(System.getenv("TERM"), System.getenv("NO_COLOR"))
        && Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /**
   * Returns whether escape sequences may be written to a terminal.
   *
   * @param term the variable TERM, or null: {@code dumb} or nothing is a terminal without them
   * @param noColor the variable NO_COLOR, or null; any text objects (no-color.org)
   */
  static boolean wantsColours(@Nullable String term, @Nullable String noColor) {
    return term != null
        && !term.isEmpty()
        && !term.equals("dumb")
        && (noColor == null || noColor.isEmpty());
  }
}
