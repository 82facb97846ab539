// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Installed;

/** A virtual machine monitor. */
enum Vmm {
  TOMBOLO {
    @Override
    List<String> boot(LinuxFiles linux, Path initrd, int harts, String append) {
      return List.of(
          linux.root().resolve("tombolo").toString(),
          "boot",
          linux.kernel().toString(),
          "--initrd=" + initrd,
          "--append=" + APPEND + append,
          "--memory=%d MiB".formatted(MEBIBYTES),
          "--vcpus=" + harts);
    }
  },
  /** QEMU's translator with a thread for each hart, which is the default. */
  QEMU {
    @Override
    List<String> boot(LinuxFiles linux, Path initrd, int harts, String append) {
      return List.of(
          qemu().toString(),
          "-machine",
          "virt",
          "-m",
          Integer.toString(MEBIBYTES),
          "-smp",
          Integer.toString(harts),
          "-nographic",
          "-kernel",
          linux.kernel().toString(),
          "-initrd",
          initrd.toString(),
          "-append",
          APPEND + append);
    }
  };

  private static final String APPEND = "console=ttyS0 quiet ";
  private static final int MEBIBYTES = 256;

  /**
   * Returns the command that boots Debian's kernel with its console on standard input and output.
   *
   * @param append further words of the kernel's command line
   */
  abstract List<String> boot(LinuxFiles linux, Path initrd, int harts, String append);

  /** Returns the name in figures. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static Path qemu() {
    return Installed.program("qemu-system-riscv64")
        .orElseThrow(
            () ->
                new BenchmarkException(
                    "qemu-system-riscv64 is not installed (Debian: qemu-system-misc, opensbi)"));
  }
}
