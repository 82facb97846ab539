// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A PCI function that a process drives through Linux's {@code uio_pci_generic}
 * (Documentation/driver-api/uio-howto.rst in Linux, "Generic PCI UIO driver"). The files resource0
 * and so on in sysfs are its BARs; {@code /dev/uioN} delivers its interrupts. One process at a time
 * can have it. The kernel clears Bus Master Enable when the process closes it or ends in any way.
 *
 * <p>It is closed while no thread waits.
 */
final class UioDevice implements Device {
  private static final String DRIVER = "uio_pci_generic";

  // The command register of configuration space.
  private static final int COMMAND = 4;
  private static final int COMMAND_MEMORY = 1 << 1;
  private static final int COMMAND_MASTER = 1 << 2;
  private static final int COMMAND_NO_INTX = 1 << 10;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private static final long NANOS_A_MILLI = 1_000_000;
  private static final int CLOSED = -1;

  private final Arena arena = Arena.ofShared();
  private int config = CLOSED;
  private int uio = CLOSED;
  private int window = CLOSED;
  private int bell = CLOSED;
  private MemorySegment registers = MemorySegment.NULL;
  private int command;
  private boolean masked = true;

  private UioDevice() {}

  /**
   * Finds the function, binds the driver to it if it has none, locks it for this process, maps BAR
   * 0, and sets Bus Master Enable.
   *
   * @throws IOException with one line: the problem and the remedy
   */
  static UioDevice open(int vendor, int device) throws IOException {
    return open(vendor, device, Path.of("/sys/bus/pci"), Path.of("/dev"));
  }

  static UioDevice open(int vendor, int device, Path bus, Path devices) throws IOException {
    Path function = find(vendor, device, bus.resolve("devices"));
    bind(function, vendor, device, bus.resolve("drivers").resolve(DRIVER));
    UioDevice opened = new UioDevice();
    boolean made = false;
    try {
      opened.take(function, devices);
      made = true;
      return opened;
    } finally {
      if (!made) {
        opened.close();
      }
    }
  }

  /**
   * Takes the device. The lock comes before /dev/uioN is opened, because the kernel clears Bus
   * Master Enable whenever one of the processes that have opened it closes it.
   */
  private void take(Path function, Path devices) throws IOException {
    config = openFile(function.resolve("config"), "");
    if (!LinuxCalls.lock(config)) {
      throw new IOException(
          "a process has the device %s; one at a time can".formatted(function.getFileName()));
    }
    uio = openFile(node(function, devices), "; is devtmpfs mounted on /dev?");
    bell = LinuxCalls.eventfd();
    // First without Bus Master Enable: the device then leaves what an earlier process has joined.
    int found = LinuxCalls.readShort(config, COMMAND) | COMMAND_MEMORY | COMMAND_NO_INTX;
    LinuxCalls.writeShort(config, COMMAND, found & ~COMMAND_MASTER);
    LinuxCalls.writeShort(config, COMMAND, found | COMMAND_MASTER);
    command = (found | COMMAND_MASTER) & ~COMMAND_NO_INTX;
    Path first = function.resolve("resource0");
    int descriptor = openFile(first, "");
    try {
      registers = LinuxCalls.map(descriptor, 0, Files.size(first), arena);
    } finally {
      LinuxCalls.close(descriptor);
    }
    window = openFile(function.resolve("resource2"), "");
  }

  private static int openFile(Path file, String missing) throws IOException {
    try {
      return LinuxCalls.open(file.toString());
    } catch (LinuxCalls.Failure e) {
      String remedy =
          switch (e.errno) {
            case LinuxCalls.ENOENT -> missing;
            case LinuxCalls.EACCES, LinuxCalls.EPERM ->
                "; only root may drive a device: run this as root";
            default -> "";
          };
      throw new IOException(e.getMessage() + remedy, e);
    }
  }

  private static Path find(int vendor, int device, Path functions) throws IOException {
    if (!Files.isDirectory(functions)) {
      throw new IOException(functions + ": no such directory; is sysfs mounted on /sys?");
    }
    try (Stream<Path> all = Files.list(functions)) {
      for (Path function : all.sorted().toList()) {
        if (number(function.resolve("vendor")) == vendor
            && number(function.resolve("device")) == device) {
          return function;
        }
      }
    }
    throw new IOException(
        "no PCI device %04x:%04x here: only a VM of a topology of Tombolo has it"
            .formatted(vendor, device));
  }

  /** Returns the number in a file such as 0x1234; -1 if there is none. */
  private static int number(Path file) {
    try {
      return Integer.decode(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Binds the driver. A new id binds the functions that have it; a known one is refused, and then
   * the address does it.
   */
  private static void bind(Path function, int vendor, int device, Path driver) throws IOException {
    String address = String.valueOf(function.getFileName());
    if (driverOf(function).isEmpty()) {
      if (!Files.isDirectory(driver)) {
        throw new IOException(
            "the kernel's module uio_pci_generic is not loaded: modprobe uio_pci_generic");
      }
      String refusal = write(driver.resolve("new_id"), "%04x %04x".formatted(vendor, device));
      if (driverOf(function).isEmpty()) {
        String second = write(driver.resolve("bind"), address);
        refusal = second.isEmpty() ? refusal : second;
      }
      if (driverOf(function).isEmpty()) {
        throw new IOException(
            "%s has no driver, and cannot be bound to %s%s"
                .formatted(address, DRIVER, refusal.isEmpty() ? "" : ": " + refusal));
      }
    }
    String bound = driverOf(function);
    if (!bound.equals(DRIVER)) {
      throw new IOException(
          "%s has the driver %s: echo %1$s > %3$s/driver/unbind"
              .formatted(address, bound, function));
    }
  }

  private static String driverOf(Path function) {
    try {
      return String.valueOf(Files.readSymbolicLink(function.resolve("driver")).getFileName());
    } catch (IOException e) {
      return "";
    }
  }

  /** Writes into a file of the kernel's; returns why that was refused, or "". */
  private static String write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.WRITE);
      return "";
    } catch (IOException e) {
      return "%s: %s".formatted(file, e.getMessage());
    }
  }

  private static Path node(Path function, Path devices) throws IOException {
    Path nodes = function.resolve("uio");
    if (Files.isDirectory(nodes)) {
      try (Stream<Path> all = Files.list(nodes)) {
        List<String> names =
            all.map(path -> String.valueOf(path.getFileName()))
                .filter(name -> name.startsWith("uio"))
                .sorted()
                .toList();
        if (!names.isEmpty()) {
          return devices.resolve(names.getFirst());
        }
      }
    }
    throw new IOException(nodes + " has no uio device");
  }

  // An access to a register is an exit of this hart or vCPU, which completes after all of its
  // earlier stores; volatile accesses keep the compiler from moving it.

  @Override
  public int readInt(int offset) {
    return (int) INT.getVolatile(registers, (long) offset);
  }

  @Override
  public void writeInt(int offset, int value) {
    INT.setVolatile(registers, (long) offset, value);
  }

  @Override
  public void writeLong(int offset, long value) {
    LONG.setVolatile(registers, (long) offset, value);
  }

  @Override
  public MemorySegment map(long offset, long size, Arena life) throws IOException {
    return LinuxCalls.map(window, offset, size, life);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes the interrupt. The line is a level: if it is high already, the interrupt comes at
   * once, so nothing is lost between the caller's look and this wait.
   */
  @Override
  public void awaitInterrupt(long nanos) throws IOException {
    if (masked) {
      LinuxCalls.writeShort(config, COMMAND, command); // the kernel has masked it when it came
      masked = false;
    }
    long millis = Math.min(Math.ceilDiv(nanos, NANOS_A_MILLI), Integer.MAX_VALUE);
    if (LinuxCalls.awaitReadable(uio, bell, (int) millis) && LinuxCalls.take(uio, Integer.BYTES)) {
      masked = true;
    }
    boolean _ = LinuxCalls.take(bell, Long.BYTES);
  }

  @Override
  public void wakeUp() throws IOException {
    LinuxCalls.signal(bell);
  }

  @Override
  public void close() throws IOException {
    if (arena.scope().isAlive()) {
      arena.close();
      for (int descriptor : new int[] {window, bell, uio, config}) { // with the lock, last
        if (descriptor != CLOSED) {
          LinuxCalls.close(descriptor);
        }
      }
    }
  }
}
