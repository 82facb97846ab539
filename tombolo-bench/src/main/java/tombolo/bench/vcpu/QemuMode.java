// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.nio.file.Path;
import java.util.List;

/** The two ways in which QEMU runs the same file, and by which time each is compared. */
enum QemuMode {
  /** As a Linux program, without an MMU to emulate: the faster one. */
  USER("qemu", "qemu-riscv64", "qemu-user") {
    @Override
    List<String> arguments(Path elf, String argument) {
      return List.of(elf.toString(), argument);
    }

    // A Linux program cannot time its work well, so the few milliseconds of its start count.
    @Override
    long nanos(GuestRun run) {
      return run.timed().wallNanos();
    }
  },

  /** On the board {@code virt}, behind OpenSBI, as Tombolo runs it on its own board. */
  SYSTEM("qemu-system", "qemu-system-riscv64", "qemu-system-misc opensbi") {
    @Override
    List<String> arguments(Path elf, String argument) {
      return List.of(
          "-machine",
          "virt",
          "-accel",
          "tcg",
          "-smp",
          "1",
          "-m",
          "128M", //
          "-display",
          "none",
          "-monitor",
          "none",
          "-serial",
          "stdio", //
          "-bios",
          "default",
          "-kernel",
          elf.toString(),
          "-append",
          argument);
    }

    // The start of QEMU and of its firmware is no work of the guest's.
    @Override
    long nanos(GuestRun run) {
      return run.output().workNanos();
    }
  };

  private final String label;
  private final String program;
  private final String debianPackages;

  QemuMode(String label, String program, String debianPackages) {
    this.label = label;
    this.program = program;
    this.debianPackages = debianPackages;
  }

  /** Returns the arguments of the program that run a guest with one word as its command line. */
  abstract List<String> arguments(Path elf, String argument);

  /** Returns the time of a run, on either side, by which this mode and Tombolo are compared. */
  abstract long nanos(GuestRun run);

  /** Returns the name of its figures. */
  String label() {
    return label;
  }

  String program() {
    return program;
  }

  String debianPackages() {
    return debianPackages;
  }
}
