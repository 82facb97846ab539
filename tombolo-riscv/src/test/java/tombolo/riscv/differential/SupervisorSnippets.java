// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** What only S-mode does: its registers, interrupts, and returns to either mode. */
final class SupervisorSnippets {
  private static final int SSTATUS = 0x100;
  private static final int SIE = 0x104;
  private static final int STVEC = 0x105;
  private static final int SCOUNTEREN = 0x106;
  private static final int SENVCFG = 0x10a;
  private static final int SSCRATCH = 0x140;
  private static final int SEPC = 0x141;
  private static final int SCAUSE = 0x142;
  private static final int STVAL = 0x143;
  private static final int SIP = 0x144;
  private static final int STIMECMP = 0x14d;
  private static final int SATP = 0x180;

  private static final int SOFTWARE = 2;
  private static final int TIMER = 0x20;
  private static final int EXTERNAL = 0x200;

  private static final List<Integer> CAUSES = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15);

  private SupervisorSnippets() {}

  /** Sets, clears or flips bits of sstatus that do not endanger the program. */
  static void status(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(2);
    long bits = 0;
    for (long bit :
        new long[] {
          World.STATUS_SUM,
          World.STATUS_MXR,
          World.STATUS_SIE,
          World.STATUS_SPIE,
          World.STATUS_SPP,
          // Read-only zero or reserved: MIE, UIE, XS, bits 16, 17 and 20 up, SD.
          1L | 1L << 3 | 3L << 15 | 1L << 20 | 1L << 22 | 1L << 40 | 1L << 63
        }) {
      bits |= chance.percent(35) ? bit : 0;
    }
    out.li(registers.get(0), bits);
    out.csr(chance.oneOf("csrrs", "csrrc"), registers.get(1), SSTATUS, registers.get(0));
    out.keep(registers.get(1));
    out.csrRead(registers.get(1), SSTATUS);
    out.keep(registers.get(1));
  }

  /**
   * Turns floating point off, or to Initial or Clean, and looks what an instruction makes of it:
   * one that writes a register or the flags, or a store. Whether merely reading a register makes
   * the state dirty is free.
   */
  static void floatState(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(2);
    int all = registers.get(0);
    int some = registers.get(1);
    out.li(all, World.STATUS_FS);
    out.csr("csrrc", 0, SSTATUS, all);
    out.li(some, (long) chance.between(0, 2) << 13);
    out.csr("csrrs", 0, SSTATUS, some);
    switch (chance.between(0, 5)) {
      case 0 -> out.emit("fmv.d.x", Encode.r(0xf2000053, chance.between(0, 31), all, 0));
      case 1 -> out.emit(chance.oneOf(FloatInstructions.LOADS));
      case 2 -> out.emit(CompressedInstructions.LOADS.getLast());
      case 3 -> out.emit(chance.oneOf(FloatInstructions.STORES));
      case 4 -> out.csr("csrrwi", some, chance.between(1, 3), chance.between(0, 4));
      default -> out.emit("fsgnj.d", Encode.r(0x22000053, 3, 4, 5));
    }
    out.csrRead(some, SSTATUS);
    out.keep(some);
    out.li(all, World.STATUS_FS);
    out.csr("csrrs", 0, SSTATUS, all);
  }

  /** Registers that hold what was written. */
  static void plain(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(2);
    int value = registers.get(0);
    int csr = chance.oneOf(SEPC, SCAUSE, STVAL, SCOUNTEREN, SENVCFG, SIE);
    out.li(
        value,
        switch (csr) {
          case SEPC -> Values.integer(chance) & -2;
          case SCAUSE -> chance.oneOf(CAUSES) | chance.oneOf(0L, 0L, Long.MIN_VALUE);
          case STVAL -> Values.integer(chance);
          case SCOUNTEREN -> chance.between(0, 7);
          // FIOM; CBIE 1 and 3, CBCFE, CBZE.
          case SENVCFG -> chance.between(0, 1) | chance.oneOf(0, 0x10, 0x30, 0x40, 0x80, 0xf0);
          default -> Values.integer(chance);
        });
    String operation =
        csr == SCAUSE || csr == SENVCFG ? "csrrw" : chance.oneOf("csrrw", "csrrs", "csrrc");
    out.csr(operation, registers.get(1), csr, value);
    out.keep(registers.get(1));
    out.csrRead(registers.get(1), csr);
    out.keep(registers.get(1));
  }

  /** sscratch and stvec, put back at once: a trap needs them. */
  static void borrowed(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(3);
    int csr = chance.oneOf(SSCRATCH, STVEC);
    long value = Values.integer(chance);
    // stvec.MODE 2 and 3 are reserved.
    out.li(registers.get(0), csr == STVEC ? value & ~2 : value);
    out.csr("csrrw", registers.get(1), csr, registers.get(0));
    out.csr("csrrw", registers.get(2), csr, registers.get(1));
    out.keep(registers.get(2));
  }

  /** A mode that satp does not know: the whole write has no effect. */
  static void badSatp(Sequence out) {
    List<Integer> registers = out.free(2);
    out.li(registers.get(0), (long) out.chance().oneOf(1, 2, 5, 7, 11, 15) << 60 | 0x80400);
    out.csr("csrrw", 0, SATP, registers.get(0));
    out.csrRead(registers.get(1), SATP);
    out.keep(registers.get(1));
  }

  /**
   * Raises, enables, looks, maybe takes: the trap comes right after the instruction that allows.
   */
  static void interrupt(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(2);
    int bits = registers.get(0);
    int seen = registers.get(1);
    for (int i = chance.between(2, 6); i > 0; i--) {
      switch (chance.between(0, 5)) {
        case 0 -> out.csr(chance.oneOf("csrrwi", "csrrsi", "csrrci"), seen, SIP, SOFTWARE);
        case 1 -> {
          out.li(bits, chance.oneOf(0L, 1L, -1L, 1L << 62, Long.MIN_VALUE));
          out.csr("csrrw", seen, STIMECMP, bits);
          out.keep(seen);
        }
        case 2 -> {
          out.li(bits, chance.oneOf(SOFTWARE, TIMER, EXTERNAL, SOFTWARE | TIMER, -1));
          out.csr(chance.oneOf("csrrw", "csrrs", "csrrc"), seen, SIE, bits);
          out.keep(seen);
        }
        case 3 -> out.csr(chance.oneOf("csrrsi", "csrrci"), seen, SSTATUS, (int) World.STATUS_SIE);
        case 4 -> {
          // Only SSIP can be written.
          out.li(bits, Values.integer(chance));
          out.csr(chance.oneOf("csrrw", "csrrs", "csrrc"), 0, SIP, bits);
        }
        default -> {
          out.csrRead(seen, SIP);
          out.keep(seen);
        }
      }
    }
  }

  /** Two at once: they are taken in the order of their urgency. */
  static void bothInterrupts(Sequence out) {
    int enabled = out.free(1).getFirst();
    out.csr("csrrci", 0, SSTATUS, (int) World.STATUS_SIE);
    out.csr("csrrwi", 0, STIMECMP, 0);
    out.csr("csrrsi", 0, SIP, SOFTWARE);
    out.li(enabled, SOFTWARE | TIMER);
    out.csr("csrrs", 0, SIE, enabled);
    out.csr("csrrsi", 0, SSTATUS, (int) World.STATUS_SIE);
  }

  /** A wfi that an interrupt, pending and enabled but not taken, ends at once. */
  static void waitForInterrupt(Sequence out) {
    out.csr("csrrci", 0, SSTATUS, (int) World.STATUS_SIE);
    out.csr("csrrsi", 0, SIE, SOFTWARE);
    out.csr("csrrsi", 0, SIP, SOFTWARE);
    out.emit("wfi", 0x10500073);
    out.csr("csrrci", 0, SIP, SOFTWARE);
  }

  /** sret to S-mode, over some halfwords that must not be executed. */
  static void returnToSupervisor(Sequence out) {
    List<Integer> registers = out.free(2);
    int target = registers.get(0);
    int previous = registers.get(1);
    int skipped = out.chance().between(0, 3);
    out.li(previous, World.STATUS_SPP | out.chance().oneOf(0L, World.STATUS_SPIE));
    out.csr("csrrs", 0, SSTATUS, previous);
    out.emit("auipc", Encode.u(0x17, target, 0));
    out.add(target, target, 16 + 2 * skipped);
    out.csrWrite(SEPC, target);
    out.emit("sret", 0x10200073);
    for (int i = 0; i < skipped; i++) {
      out.emit("(skipped)", 0x0000);
    }
    out.csrRead(previous, SSTATUS);
    out.keep(previous);
  }

  /** sret to U-mode, a few instructions there, and an ecall back. */
  static void visitUser(Sequence out) {
    Chance chance = out.chance();
    World world = out.world();
    List<Integer> registers = out.free(3);
    int target = registers.get(0);
    int previous = registers.get(1);
    int distance = registers.get(2);
    out.recoverLater();
    out.li(distance, world.otherMode());
    out.li(previous, World.STATUS_SPP);
    out.csr("csrrc", 0, SSTATUS, previous);
    out.li(previous, World.STATUS_SPIE);
    out.csr(chance.oneOf("csrrs", "csrrc"), 0, SSTATUS, previous);
    if (chance.percent(25)) {
      // Pending and enabled, but taken only in U-mode if sstatus.SIE is clear.
      out.csr("csrrwi", 0, STIMECMP, 0);
      out.li(target, TIMER);
      out.csr("csrrs", 0, SIE, target);
    }
    out.emit("auipc", Encode.u(0x17, target, 0));
    out.emit("add", Encode.r(0x33, target, target, distance));
    out.add(target, target, 20);
    out.csrWrite(SEPC, target);
    out.emit("sret", 0x10200073);
    // Registers only: what S-mode may access U-mode may not.
    for (int i = chance.between(0, 4); i > 0; i--) {
      switch (chance.between(0, 4)) {
        case 0 -> CsrSnippets.counter(out);
        case 1 -> TrapSnippets.privileged(out);
        case 2 -> out.csrRead(chance.oneOf(Registers.FREE), chance.oneOf(SSTATUS, SATP, SIE));
        case 3 -> out.emit(chance.oneOf(IntegerInstructions.LOADS));
        default -> out.emit(chance.oneOf(IntegerInstructions.ARITHMETIC));
      }
    }
    out.emit("ecall", 0x00000073);
    out.recoverHere();
  }
}
