// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

/**
 * What brings a board's interrupts to its harts. A board has one of them, as an operating system
 * uses one: both end at the hart's supervisor external interrupt.
 */
public enum InterruptController {
  /**
   * The platform-level interrupt controller (RISC-V PLIC Specification 1.0.0): wires only, claimed
   * and completed by MMIO. Every kernel knows it, so it is the default.
   */
  PLIC("plic"),

  /**
   * The RISC-V Advanced Interrupt Architecture 1.0: an IMSIC, which takes message-signalled
   * interrupts such as MSI-X, at each hart, and an APLIC, which makes messages of wires. Harts have
   * Ssaia then. Linux drives it from 6.10 on.
   */
  AIA("aia");

  private final String label;

  InterruptController(String label) {
    this.label = label;
  }

  /** Returns the name that people write. */
  public String label() {
    return label;
  }

  /**
   * Returns the one of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static InterruptController of(String label) {
    for (InterruptController controller : values()) {
      if (controller.label.equals(label)) {
        return controller;
      }
    }
    throw new IllegalArgumentException(
        "interrupt controller \"%s\": there is plic and aia".formatted(label));
  }
}
