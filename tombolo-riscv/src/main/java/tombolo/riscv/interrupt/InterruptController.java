// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

/**
 * Who brings a board's interrupts to its harts. A board has one or the other, as an operating
 * system uses one: both end at the hart's supervisor external interrupt.
 */
public enum InterruptController {
  /**
   * The platform-level interrupt controller (RISC-V PLIC Specification 1.0.0): wires only, claimed
   * and completed by MMIO. What every kernel knows, and the default.
   */
  PLIC,

  /**
   * The RISC-V Advanced Interrupt Architecture 1.0: an IMSIC, which takes message-signalled
   * interrupts such as MSI-X, at each hart, and an APLIC, which makes messages of wires. Harts have
   * Ssaia then. Linux drives it from 6.10 on.
   */
  AIA
}
