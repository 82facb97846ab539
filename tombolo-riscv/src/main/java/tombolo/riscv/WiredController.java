// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import tombolo.machine.InterruptLine;

/**
 * What the wires of a board end in: sources 1 to 95, the same ones whatever takes them.
 * Thread-safe.
 */
sealed interface WiredController permits Aplic, Plic {
  /** How many sources there are; 0 is none. */
  int SOURCES = 95;

  /**
   * The wire into a source.
   *
   * @param source 1 to {@link #SOURCES}
   * @throws IllegalArgumentException if there is no such source
   */
  InterruptLine line(int source);

  /**
   * Makes a source pending for some harts alone, until one of them takes it.
   *
   * @param harts bit n is hart n
   * @throws IllegalArgumentException if there is no such source
   */
  void pulse(long harts, int source);

  /** As after power-on; lines keep their levels. */
  void reset();
}
