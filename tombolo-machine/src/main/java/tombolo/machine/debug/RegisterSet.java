// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.debug;

import java.util.List;

/**
 * Registers that belong together: what GDB calls a feature.
 *
 * @param feature GDB's name, such as {@code org.gnu.gdb.riscv.cpu}
 * @param registers in the order of their numbers
 */
public record RegisterSet(String feature, List<Register> registers) {
  /** Copies the list. */
  public RegisterSet {
    registers = List.copyOf(registers);
  }

  /** What a register holds, to be shown. */
  public enum Type {
    INTEGER,
    CODE_ADDRESS,
    DATA_ADDRESS,
    FLOAT,
    VECTOR
  }

  /**
   * A register.
   *
   * @param bits its size, a multiple of 8
   */
  public record Register(String name, int bits, Type type) {}
}
