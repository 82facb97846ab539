// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.riscv.interrupt.InterruptFile;

/**
 * The CSRs that Ssaia adds to a hart (RISC-V AIA 1.0, sections 2.2, 3.9 and 5.4): the window {@code
 * siselect} and {@code sireg} to the priorities of major interrupts and to the hart's interrupt
 * file, {@code stopei} and {@code stopi}.
 *
 * <p>Priorities of major interrupts are the default ones: their registers are there and read 0, as
 * section 5.4.1 allows, which makes the priority that {@code stopi} gives always 1. Used by the
 * hart's thread only.
 */
public final class AiaCsrs {
  private static final int SISELECT = 0x150;
  private static final int SIREG = 0x151;
  private static final int STOPEI = 0x15c;
  private static final int STOPI = 0xdb0;

  /** siselect holds this much, whatever is behind it. */
  private static final long SELECTABLE = 0x1ff;

  private static final int FIRST_PRIORITY = 0x30;
  private static final int LAST_PRIORITY = 0x3f;

  private final Hart hart;
  private final HartTimer timer;
  private final InterruptFile file;

  public AiaCsrs(Hart hart, HartTimer timer, InterruptFile file) {
    this.hart = hart;
    this.timer = timer;
    this.file = file;
  }

  /** Whether it is one of these CSRs; sireg is not there where siselect selects nothing. */
  boolean exists(int csr) {
    return switch (csr) {
      case SISELECT, STOPEI, STOPI -> true;
      case SIREG -> isPriority() || InterruptFile.exists((int) hart.siselect);
      default -> false;
    };
  }

  private boolean isPriority() {
    return hart.siselect >= FIRST_PRIORITY
        && hart.siselect <= LAST_PRIORITY
        && (hart.siselect & 1) == 0;
  }

  /**
   * Reads a CSR and changes it, in one step: others may change an interrupt file meanwhile.
   *
   * @param csr one that {@link #exists}; read-only if it is stopi
   * @param writes whether the instruction writes, and if only what was there
   * @param keep the bits that stay
   * @param bits to be set besides
   * @return what it was
   */
  long access(int csr, boolean writes, long keep, long bits) {
    return switch (csr) {
      case SISELECT -> {
        long old = hart.siselect;
        hart.siselect = ((old & keep) | bits) & SELECTABLE;
        yield old;
      }
      case SIREG -> isPriority() ? 0 : file.access((int) hart.siselect, keep, bits);
      case STOPEI -> writes ? file.claim() : file.top();
      default -> {
        timer.look();
        int number = Traps.mostUrgent(hart.pendingInterrupts() & hart.sie);
        yield number == 0 ? 0 : (long) number << 16 | 1;
      }
    };
  }
}
