// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import tombolo.machine.device.InterruptLine;
import tombolo.machine.state.Stateful;

/**
 * What the wires of a board end in: sources 1 to 95, the same ones whatever takes them.
 * Thread-safe.
 */
public sealed interface WiredController extends Stateful permits Aplic, Plic {
  /** How many sources there are; 0 is none. */
  int SOURCES = 95;

  /**
   * The wire into a source.
   *
   * @param source 1 to {@link #SOURCES}
   * @throws IllegalArgumentException if there is no such source
   */
  default InterruptLine line(int source) {
    checkSource(source);
    return new InterruptLine() {
      @Override
      public void raise() {
        setLevel(source, true);
      }

      @Override
      public void lower() {
        setLevel(source, false);
      }
    };
  }

  /** The level of a source's wire, which there is. */
  void setLevel(int source, boolean high);

  /**
   * Makes a source pending for some harts alone, until one of them takes it.
   *
   * @param harts bit n is hart n
   * @throws IllegalArgumentException if there is no such source
   */
  void pulse(long harts, int source);

  /** As after power-on; lines keep their levels. */
  void reset();

  /** Whether that is a source's number. */
  static boolean isSource(int number) {
    return number >= 1 && number <= SOURCES;
  }

  /**
   * Lets a source's number pass.
   *
   * @throws IllegalArgumentException if it is none
   */
  static void checkSource(int source) {
    if (!isSource(source)) {
      throw new IllegalArgumentException(
          "there is no interrupt source %d, only 1 to %d".formatted(source, SOURCES));
    }
  }
}
