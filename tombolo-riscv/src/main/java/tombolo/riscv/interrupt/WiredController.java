// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import tombolo.machine.device.InterruptLine;
import tombolo.machine.state.Stateful;

/**
 * The controller in which the wires of a board end: sources 1 to 95, whichever kind it is.
 * Thread-safe.
 */
public sealed interface WiredController extends Stateful permits Aplic, Plic {
  /** The number of sources; 0 is not one of them. */
  int SOURCES = 95;

  /**
   * Returns the wire into a source.
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

  /** Sets the level of the wire of a source, which exists. */
  void setLevel(int source, boolean high);

  /**
   * Makes a source pending for some harts alone, until one of them takes it.
   *
   * @param harts bit n is hart n
   * @throws IllegalArgumentException if there is no such source
   */
  void pulse(long harts, int source);

  /** Goes back to the state after power-on; lines keep their levels. */
  void reset();

  /** Returns whether a source has this number. */
  static boolean isSource(int number) {
    return number >= 1 && number <= SOURCES;
  }

  /**
   * Checks a source's number.
   *
   * @throws IllegalArgumentException if no source has it
   */
  static void checkSource(int source) {
    if (!isSource(source)) {
      throw new IllegalArgumentException(
          "there is no interrupt source %d, only 1 to %d".formatted(source, SOURCES));
    }
  }
}
