// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.util.List;
import tombolo.machine.Accelerator;
import tombolo.machine.image.ElfMachine;
import tombolo.riscv.RiscvAccelerator;

/**
 * An accelerator and what has to be known of its board to choose a kernel for it.
 *
 * @param machine whose programs it runs
 * @param ramBase guest physical address of the first byte of RAM
 * @param maxRam the most bytes of RAM that the board has room for
 */
record Platform(Accelerator accelerator, ElfMachine machine, long ramBase, long maxRam) {
  /** Every one in this version, the default first. */
  static List<Platform> all() {
    return List.of(
        new Platform(
            new RiscvAccelerator(),
            ElfMachine.RISCV,
            RiscvAccelerator.RAM_BASE,
            RiscvAccelerator.MAX_RAM));
  }

  String name() {
    return accelerator.name();
  }
}
