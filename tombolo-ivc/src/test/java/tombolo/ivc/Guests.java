// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.RiscvAccelerator;

/** The guests of {@code guests/bin}, and the VMs that run them. */
final class Guests {
  /** Bytes of a window that is large enough for most tests. */
  static final long WINDOW = 16L << 20;

  private static final Map<String, KernelImage> IMAGES = new ConcurrentHashMap<>();

  private Guests() {}

  /** A guest of this name, with this command line. */
  static VmConfig config(String guest, String append, BufferConsole console) {
    KernelImage kernel = IMAGES.computeIfAbsent(guest, Guests::read);
    return VmConfig.of(guest, new BootImage(kernel, null, append), console, HostServices.system())
        .withWindow(WINDOW);
  }

  static Vm create(VmConfig config) {
    return Vm.create(config, new RiscvAccelerator());
  }

  private static KernelImage read(String guest) {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve("guests/bin"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new AssertionError("no guests/bin above the working directory");
      }
    }
    Path file = directory.resolve("guests/bin").resolve(guest + ".elf");
    return ElfImage.parse(KernelImage.readFile(file), ElfMachine.RISCV, guest);
  }
}
