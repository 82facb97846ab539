// SPDX-License-Identifier: Apache-2.0
package tombolo.guest.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PCI function that a process drives through Linux's {@code uio_pci_generic}
 * (Documentation/driver-api/uio-howto.rst in Linux, "Generic PCI UIO driver"). The files resource0
 * and so on in sysfs are its BARs; {@code /dev/uioN} delivers its interrupts. One process at a time
 * can have it. The kernel clears Bus Master Enable when the process closes it or ends in any way.
 *
 * <p>For one thread at a time, but for the mapped memory.
 */
public final class UioDevice implements AutoCloseable {
  private static final String DRIVER = "uio_pci_generic";

  // The command register of configuration space.
  private static final int COMMAND = 4;
  private static final int COMMAND_BYTES = 2;
  private static final int COMMAND_MEMORY = 1 << 1;
  private static final int COMMAND_MASTER = 1 << 2;
  private static final int COMMAND_NO_INTX = 1 << 10;

  private static final long NANOS_A_MILLI = 1_000_000;

  private final FileChannel config;
  private final int uio;
  private final Arena arena;
  private final MemorySegment registers;
  private final FileChannel window;
  private int command;
  private boolean masked;

  private UioDevice(
      FileChannel config,
      int uio,
      Arena arena,
      MemorySegment registers,
      FileChannel window,
      int command) {
    this.config = config;
    this.uio = uio;
    this.arena = arena;
    this.registers = registers;
    this.window = window;
    this.command = command;
    this.masked = true;
  }

  /**
   * Finds the function, binds the driver to it if it has none, locks it for this process, maps BARs
   * 0 and 2, and sets Bus Master Enable.
   *
   * @throws IOException with one line: the problem and the remedy
   */
  public static UioDevice open(int vendor, int device) throws IOException {
    return open(vendor, device, Path.of("/sys/bus/pci"), Path.of("/dev"));
  }

  @SuppressWarnings("MustBeClosedChecker") // the device closes it
  static UioDevice open(int vendor, int device, Path bus, Path devices) throws IOException {
    Path function = find(vendor, device, bus.resolve("devices"));
    bind(function, vendor, device, bus.resolve("drivers").resolve(DRIVER));
    FileChannel config = null;
    int uio = -1;
    Arena arena = Arena.ofShared();
    boolean made = false;
    try {
      // The lock comes before /dev/uioN is opened, because the kernel clears Bus Master Enable
      // whenever one of the processes that have opened it closes it.
      config = lock(function);
      uio = LinuxCalls.open(node(function, devices), "is devtmpfs mounted on /dev?");
      int command = takeOver(config);
      MemorySegment registers = map(function.resolve("resource0"), arena);
      FileChannel window = resource(function.resolve("resource2"));
      made = true;
      return new UioDevice(config, uio, arena, registers, window, command);
    } catch (FileSystemException e) {
      throw new IOException(describe(e), e);
    } finally {
      if (!made) {
        arena.close();
        if (uio >= 0) {
          LinuxCalls.close(uio);
        }
        if (config != null) {
          config.close();
        }
      }
    }
  }

  private static String describe(FileSystemException e) {
    String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    String remedy =
        e instanceof java.nio.file.AccessDeniedException
            ? "; only root may drive a device: run this as root"
            : "";
    return "%s: %s%s".formatted(e.getFile(), reason, remedy);
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

  private static void bind(Path function, int vendor, int device, Path driver) throws IOException {
    String bound = driverOf(function);
    if (bound.isEmpty()) {
      if (!Files.isDirectory(driver)) {
        throw new IOException(
            "the kernel's module uio_pci_generic is not loaded: modprobe uio_pci_generic");
      }
      // A new id binds the functions that have it. A known id does not; then the address does.
      write(driver.resolve("new_id"), "%04x %04x".formatted(vendor, device));
      if (driverOf(function).isEmpty()) {
        write(driver.resolve("bind"), String.valueOf(function.getFileName()));
      }
      bound = driverOf(function);
    }
    if (bound.isEmpty()) {
      throw new IOException(
          "%s has no driver: the kernel did not bind %s to it"
              .formatted(function.getFileName(), DRIVER));
    }
    if (!bound.equals(DRIVER)) {
      throw new IOException(
          "%s has the driver %s: echo %1$s > %3$s/driver/unbind"
              .formatted(function.getFileName(), bound, function));
    }
  }

  private static String driverOf(Path function) {
    try {
      return String.valueOf(Files.readSymbolicLink(function.resolve("driver")).getFileName());
    } catch (IOException e) {
      return "";
    }
  }

  private static void write(Path file, String text) throws IOException {
    try {
      Files.writeString(file, text, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      return; // the driver knows this id
    } catch (FileSystemException e) {
      if (e.getReason() == null || !e.getReason().contains("exists")) {
        throw new IOException(describe(e), e);
      }
    }
  }

  private static FileChannel lock(Path function) throws IOException {
    FileChannel config =
        FileChannel.open(
            function.resolve("config"), StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      @Nullable FileLock lock = config.tryLock();
      locked = lock != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    } finally {
      if (!locked) {
        config.close();
      }
    }
    if (!locked) {
      throw new IOException(
          "a process has the device %s; one at a time can".formatted(function.getFileName()));
    }
    return config;
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

  /** Returns the command register, after an earlier process's channels have been left. */
  private static int takeOver(FileChannel config) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(COMMAND_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (config.read(word, COMMAND) != COMMAND_BYTES) {
      throw new IOException("the device's configuration space cannot be read");
    }
    int command = (word.getShort(0) | COMMAND_MEMORY | COMMAND_NO_INTX) & 0xffff;
    writeCommand(config, command & ~COMMAND_MASTER);
    writeCommand(config, command | COMMAND_MASTER);
    return (command | COMMAND_MASTER) & ~COMMAND_NO_INTX;
  }

  private static void writeCommand(FileChannel config, int command) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(COMMAND_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    word.putShort((short) command).flip();
    config.write(word, COMMAND);
  }

  private static MemorySegment map(Path resource, Arena arena) throws IOException {
    try (FileChannel file = resource(resource)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena);
    }
  }

  private static FileChannel resource(Path resource) throws IOException {
    return FileChannel.open(resource, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Returns BAR 0. */
  public MemorySegment registers() {
    return registers;
  }

  /**
   * Maps a part of BAR 2. Thread-safe.
   *
   * @param offset a multiple of the page size
   * @throws IOException if the kernel refuses it
   */
  public MemorySegment mapWindow(long offset, long size, Arena life) throws IOException {
    return window.map(FileChannel.MapMode.READ_WRITE, offset, size, life);
  }

  /**
   * Waits for an interrupt and takes it. The line is a level: if it is high already, the interrupt
   * comes at once, so nothing is lost between the caller's look and this wait.
   *
   * @param nanos how long at the most
   * @throws IOException if the device is gone
   */
  public void awaitInterrupt(long nanos) throws IOException {
    if (masked) {
      masked = false;
      writeCommand(config, command); // the kernel has masked the interrupt when it came
    }
    long millis = Math.min(Math.ceilDiv(nanos, NANOS_A_MILLI), Integer.MAX_VALUE);
    if (LinuxCalls.awaitReadable(uio, (int) millis) && LinuxCalls.readInt(uio)) {
      masked = true;
    }
  }

  /** Gives the device back: all channels are left. */
  @Override
  public void close() throws IOException {
    if (arena.scope().isAlive()) {
      arena.close();
      window.close();
      LinuxCalls.close(uio);
      config.close(); // with the lock, last
    }
  }
}
