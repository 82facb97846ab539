// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.nio.file.Path;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;

/**
 * A kind of board that an accelerator makes: what has to be known of it before there is one, to
 * choose a kernel and an amount of RAM. Immutable.
 *
 * @param interruptController the name that people write for its interrupt controller: lower case, a
 *     word; no two boards of an accelerator have the same
 * @param machine whose programs it runs
 * @param ramBase guest physical address of the first byte of RAM
 * @param maxRam the most bytes of RAM that it has room for
 * @param spareInterrupt an input of the interrupt controller that no device of the board uses, for
 *     {@link Board#injectInterrupt}
 */
public record BoardModel(
    String interruptController, ElfMachine machine, long ramBase, long maxRam, int spareInterrupt) {
  /**
   * Reads a kernel for this board.
   *
   * @param ramBytes the size of its RAM, which bounds what is read
   * @throws tombolo.machine.image.ImageException if it cannot be read, is no kernel for it, or is
   *     larger than RAM
   */
  public KernelImage readKernel(Path file, long ramBytes) {
    return KernelImage.read(file, machine, ramBase, ramBytes);
  }

  /**
   * Checks that a kernel lies in RAM of this size.
   *
   * @throws tombolo.machine.image.ImageException if it does not
   */
  public void checkFits(KernelImage kernel, long ramBytes) {
    kernel.checkFits(ramBase, ramBytes);
  }
}
