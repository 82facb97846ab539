// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A way to run guest code: {@code riscv} runs RISC-V in Java, {@code kvm} uses the host's
 * processor.
 */
public interface Accelerator {
  /** Returns the name that people write: lower case, a word. */
  String name();

  /** Returns whether it works on this host, and if not, why and what to do. */
  Availability availability();

  /** Returns the largest number of vCPUs that a VM can have; at least 1. */
  int maxVcpus();

  /** Returns the boards that it can make, the default first; at least one, always the same. */
  List<BoardModel> boards();

  /** Returns its board with the interrupt controller of that name. */
  default Optional<BoardModel> board(String interruptController) {
    return boards().stream()
        .filter(model -> model.interruptController().equals(interruptController))
        .findFirst();
  }

  /**
   * Returns the names of the engines that can execute its vCPUs' code, the default first; empty if
   * there is no choice. What guests see is the same on each.
   */
  default List<String> engines() {
    return List.of();
  }

  /**
   * Returns the same accelerator with another engine.
   *
   * @param engine one of {@link #engines}
   * @throws IllegalArgumentException if it is none of them
   */
  default Accelerator withEngine(String engine) {
    throw new IllegalArgumentException("no such engine: " + engine);
  }

  /**
   * Returns what its engine has done for all VMs of this process, in lines for people: the name of
   * a number, and the number. Any thread.
   */
  default Map<String, Long> engineFigures() {
    return Map.of();
  }

  /**
   * Builds the board of one VM: maps the RAM, attaches the common devices to the buses, makes the
   * vCPUs. Nothing runs yet.
   *
   * @param model one of {@link #boards}
   * @throws IllegalArgumentException if the board has no room for that much RAM
   */
  Board createBoard(BoardModel model, BoardContext context);
}
