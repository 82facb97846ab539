// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

/**
 * Which groups of registers an instruction may name (RISC-V V, "Vector Register Grouping" and
 * "Vector Operands"). A group's multiplier is given as a power of two: -3 to 3.
 */
final class Groups {
  private Groups() {}

  /** Registers of a group: a fraction of a register takes a whole one. */
  static int size(int multiplier) {
    return multiplier <= 0 ? 1 : 1 << multiplier;
  }

  /** Whether a multiplier is one that an instruction can have. */
  static boolean exists(int multiplier) {
    return multiplier >= -3 && multiplier <= 3;
  }

  static boolean isAligned(int register, int multiplier) {
    return (register & size(multiplier) - 1) == 0;
  }

  static boolean overlap(int first, int firstSize, int second, int secondSize) {
    return first < second + secondSize && second < first + firstSize;
  }

  /**
   * Whether a destination leaves a source of another width alone, or overlaps it where the
   * destination has the wider elements and the source is its upper end.
   */
  static boolean areApart(int to, int toMultiplier, int from, int fromMultiplier) {
    int toSize = size(toMultiplier);
    int fromSize = size(fromMultiplier);
    if (!overlap(to, toSize, from, fromSize)) {
      return true;
    }
    return toSize > fromSize && fromMultiplier >= 0 && to < from && from + fromSize >= to + toSize;
  }

  /**
   * Whether a destination of narrower elements, such as a mask, leaves a source alone or overlaps
   * its lower end.
   */
  static boolean areApartOrSame(int to, int toMultiplier, int from, int fromMultiplier) {
    return to == from || areApart(to, toMultiplier, from, fromMultiplier);
  }
}
