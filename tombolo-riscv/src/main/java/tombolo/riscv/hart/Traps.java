// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.riscv.isa.Cause;

/**
 * Entering and leaving S-mode's trap handler (RISC-V Privileged ISA, "Supervisor Trap Handling"),
 * and noticing a guest that does nothing else. Used by the hart's thread only.
 */
public final class Traps implements Stateful {
  private static final long INTERRUPT = 1L << 63;

  /**
   * A guest is stuck when this many exceptions follow each other without an sret, each no more than
   * {@link #CLOSE} instructions after the one before, and the last at the place of the one before.
   */
  private static final int STUCK_AFTER = 1000;

  private static final int CLOSE = 16;

  private final Hart hart;

  private int chain;
  private long lastRetired;
  private long lastPc;

  /** The exception that began the present chain: what really went wrong, if it never ends. */
  public int firstCause;

  public long firstPc;
  public long firstValue;

  public Traps(Hart hart) {
    this.hart = hart;
  }

  /** Forgets the exceptions so far. */
  public void reset() {
    chain = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.number(chain).number(lastRetired).number(lastPc);
    out.number(firstCause).number(firstPc).number(firstValue);
  }

  @Override
  public void restore(StateReader in) {
    chain = in.int32(0, Integer.MAX_VALUE);
    lastRetired = in.int64();
    lastPc = in.int64();
    firstCause = in.int32();
    firstPc = in.int64();
    firstValue = in.int64();
  }

  /**
   * Takes the exception that the hart holds.
   *
   * @return whether the guest can still make progress, as far as one can tell
   */
  public boolean takeException() {
    boolean close = chain > 0 && hart.retired - lastRetired <= CLOSE;
    if (!close) {
      chain = 0;
      firstCause = hart.trapCause;
      firstPc = hart.pc;
      firstValue = hart.trapValue;
    }
    chain++;
    boolean stuck = chain > STUCK_AFTER && hart.pc == lastPc;
    lastRetired = hart.retired;
    lastPc = hart.pc;
    enter(hart.trapCause, hart.trapValue, hart.stvec & ~3L);
    return !stuck;
  }

  /** Takes the most urgent interrupt that is pending and enabled, if there is one. */
  public void takeInterrupt() {
    long ready = hart.pendingInterrupts() & hart.sie;
    if (ready == 0 || (hart.privilege == Hart.SUPERVISOR && (hart.sstatus & Hart.SIE) == 0)) {
      return;
    }
    if (hart.shared != null) {
      hart.shared.interrupted();
    }
    int number = mostUrgent(ready);
    long base = hart.stvec & ~3L;
    enter(INTERRUPT | number, 0, (hart.stvec & 1) == 0 ? base : base + 4L * number);
  }

  /** The interrupt that comes first of those in a set of sip's bits, or 0 if it is empty. */
  static int mostUrgent(long ready) {
    if ((ready & Hart.SEIP) != 0) {
      return Cause.EXTERNAL_INTERRUPT;
    }
    if ((ready & Hart.SSIP) != 0) {
      return Cause.SOFTWARE_INTERRUPT;
    }
    return ready == 0 ? 0 : Cause.TIMER_INTERRUPT;
  }

  private void enter(long cause, long value, long handler) {
    hart.sepc = hart.pc;
    hart.scause = cause;
    hart.stval = value;
    long status = hart.sstatus & ~(Hart.SPP | Hart.SPIE | Hart.SIE);
    if ((hart.sstatus & Hart.SIE) != 0) {
      status |= Hart.SPIE;
    }
    if (hart.privilege == Hart.SUPERVISOR) {
      status |= Hart.SPP;
    }
    hart.sstatus = status;
    hart.privilege = Hart.SUPERVISOR;
    hart.pc = handler;
    hart.mmu.selectTlb();
  }

  /** SRET. */
  public void leave() {
    chain = 0;
    long status = hart.sstatus;
    hart.privilege = (status & Hart.SPP) != 0 ? Hart.SUPERVISOR : Hart.USER;
    hart.sstatus =
        (status & ~(Hart.SPP | Hart.SIE)) | Hart.SPIE | ((status & Hart.SPIE) != 0 ? Hart.SIE : 0);
    hart.pc = hart.sepc;
    hart.mmu.selectTlb();
  }
}
