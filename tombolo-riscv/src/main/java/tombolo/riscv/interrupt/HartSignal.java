// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

/** A wire from an interrupt controller to a hart: its supervisor external interrupt, SEIP. */
@FunctionalInterface
public interface HartSignal {
  /**
   * Sets the level of the wire. A high one wakes the hart if it waits. Called with the controller's
   * lock held, by any thread; waits for nobody.
   */
  void set(boolean level);
}
