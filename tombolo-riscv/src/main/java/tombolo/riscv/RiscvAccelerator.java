// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import tombolo.machine.Accelerator;
import tombolo.machine.Availability;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.board.RiscvBoard;
import tombolo.riscv.interrupt.InterruptController;

/**
 * RISC-V harts in pure Java: the accelerator {@code riscv}, which runs wherever Java runs.
 *
 * <p>Its guests see what KVM gives a RISC-V guest: S-mode and U-mode of RV64GC with Zicsr,
 * Zifencei, Zicntr, Zba, Zbb, Zbs, Sstc and Svadu, Sv39 and Sv48, and an SBI 2.0 below; with {@link
 * InterruptController#AIA} also Ssaia. Immutable; thread-safe.
 */
public final class RiscvAccelerator implements Accelerator {
  /** Guest physical address of the first byte of RAM. */
  public static final long RAM_BASE = BoardLayout.RAM_BASE;

  /** The most bytes of RAM that a VM can have: the space up to the PCI bridge's upper window. */
  public static final long MAX_RAM = BoardLayout.PCI_HIGH.base() - BoardLayout.RAM_BASE;

  private final InterruptController controller;

  /** The accelerator of boards with a PLIC. */
  public RiscvAccelerator() {
    this(InterruptController.PLIC);
  }

  /** The accelerator of boards with this interrupt controller. */
  public RiscvAccelerator(InterruptController controller) {
    this.controller = controller;
  }

  /** What brings interrupts to the harts of its boards. */
  public InterruptController interruptController() {
    return controller;
  }

  @Override
  public String name() {
    return "riscv";
  }

  @Override
  public Availability availability() {
    return new Availability.Available("RV64GC harts in pure Java, up to " + RiscvBoard.MAX_HARTS);
  }

  @Override
  public int maxVcpus() {
    return RiscvBoard.MAX_HARTS;
  }

  @Override
  public Board createBoard(BoardContext context) {
    return new RiscvBoard(context, controller);
  }
}
