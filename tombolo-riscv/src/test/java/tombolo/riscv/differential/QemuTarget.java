// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code qemu-system-riscv64} of QEMU 10.0 with the firmware of {@code firmware.S}, as a CPU that
 * has what the embedded machine has and no more. Stateless.
 *
 * <p>Two harts, the second of which the firmware parks: with one alone, QEMU implements AMOs as a
 * load and a store, and one whose store faults has made the page accessed.
 */
final class QemuTarget implements Target {
  /**
   * The value of the option -cpu; more properties may follow, such as {@code ,zbc=on}. The model
   * rv64i has nothing by itself. Without Svade, Accessed and Dirty bits are set by hardware.
   */
  static final String CPU =
      "rv64i,s=on,u=on,mmu=on,pmp=on,sv48=on,sv57=off,m=on,a=on,f=on,d=on,c=on,zicsr=on,zifencei=on,zicntr=on,"
          + "zicond=on,zimop=on,zicbom=on,zicbop=on,zicboz=on,cbom_blocksize=64,"
          + "cboz_blocksize=4096,zfa=on,zfhmin=on,zcb=on,zcmop=on,zba=on,zbb=on,zbs=on,sstc=on,"
          + "v=on,zvfhmin=on,zvbb=on,elen=64,vlen=256";

  /** Options that make QEMU translate one instruction at a time. */
  static final List<String> ONE_BY_ONE = List.of("-accel", "tcg,one-insn-per-tb=on");

  /** The option's value with vectors of so many bits. */
  static String cpu(int vectorBits) {
    return CPU.replace("vlen=256", "vlen=" + vectorBits);
  }

  private final Path qemu;
  private final List<String> options;

  /** {@code options} come last on the command line, so they win. */
  QemuTarget(Path qemu, List<String> options) {
    this.qemu = qemu;
    this.options = List.copyOf(options);
  }

  @Override
  public String name() {
    return options.isEmpty() ? "QEMU" : "QEMU " + String.join(" ", options);
  }

  @Override
  public String run(byte[] image, Duration deadline) {
    try {
      Path directory = Files.createTempDirectory("differential");
      try {
        return run(directory, image, deadline);
      } finally {
        for (String file : List.of("image.elf", "firmware.bin", "console", "errors")) {
          Files.deleteIfExists(directory.resolve(file));
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(Path directory, byte[] image, Duration deadline) throws IOException {
    Path kernel = Files.write(directory.resolve("image.elf"), image);
    Path firmware = Files.write(directory.resolve("firmware.bin"), Batch.resource("firmware.bin"));
    Path console = directory.resolve("console");
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command(firmware, kernel))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(console.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      boolean ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
      if (ended && process.exitValue() != 0) {
        throw new IOException("QEMU failed: " + Files.readString(errors));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly().onExit().join();
    }
    return Files.readString(console, StandardCharsets.ISO_8859_1);
  }

  private List<String> command(Path firmware, Path kernel) {
    List<String> command = new ArrayList<>(List.of(qemu.toString(), "-M", "virt", "-cpu", CPU));
    command.addAll(List.of("-smp", "2", "-m", "64M", "-bios", firmware.toString()));
    command.addAll(List.of("-kernel", kernel.toString(), "-display", "none", "-monitor", "none"));
    command.addAll(List.of("-serial", "stdio", "-no-reboot"));
    command.addAll(options);
    return command;
  }
}
