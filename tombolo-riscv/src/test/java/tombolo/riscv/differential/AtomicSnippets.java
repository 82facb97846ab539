// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** AMOs, reservations that hold and reservations that do not, in the data window. */
final class AtomicSnippets {
  private AtomicSnippets() {}

  /** One in eight is misaligned and traps. */
  static void amo(Sequence out) {
    Template template = out.chance().oneOf(AtomicInstructions.AMOS);
    int address = address(out, template.size());
    Operands operands = Operands.through(out.chance(), address);
    out.emit(template.draw(operands));
    if (out.chance().percent(40)) {
      out.keep(operands.result());
    }
  }

  /** Reserve, compute, store: the store must succeed. */
  static void pair(Sequence out) {
    int size = out.chance().oneOf(4, 8);
    List<Integer> registers = out.free(3);
    int address = alignedAddress(out, registers.get(0));
    loadReserved(out, size, registers.get(1), address);
    for (int i = out.chance().between(0, 2); i > 0; i--) {
      int value = registers.get(1);
      out.add(value, value, out.chance().between(-5, 5));
    }
    storeConditional(out, size, registers.get(2), address, registers.get(1));
    out.keep(registers.get(2));
    if (out.chance().percent(30)) {
      // The reservation is spent.
      storeConditional(out, size, registers.get(2), address, registers.get(1));
      out.keep(registers.get(2));
    }
  }

  /** A store to an address that was not the one reserved: a page away, so it must fail. */
  static void wrongAddress(Sequence out) {
    int size = out.chance().oneOf(4, 8);
    List<Integer> registers = out.free(4);
    int address = alignedAddress(out, registers.get(0));
    int other = registers.get(1);
    out.add(other, Registers.DATA, 0);
    makeDirty(out, other);
    loadReserved(out, size, registers.get(2), address);
    storeConditional(out, size, registers.get(3), other, registers.get(2));
    out.keep(registers.get(3));
  }

  /** No reservation at all, since the trap took it. */
  static void lostToTrap(Sequence out) {
    int size = out.chance().oneOf(4, 8);
    List<Integer> registers = out.free(3);
    int address = alignedAddress(out, registers.get(0));
    makeDirty(out, address);
    loadReserved(out, size, registers.get(1), address);
    out.emit("ebreak", 0x00100073);
    storeConditional(out, size, registers.get(2), address, registers.get(1));
    out.keep(registers.get(2));
  }

  static void misalignedReservation(Sequence out) {
    int size = out.chance().oneOf(4, 8);
    List<Integer> registers = out.free(2);
    int address = registers.get(0);
    out.add(address, Registers.SP, out.chance().between(1, size - 1));
    loadReserved(out, size, registers.get(1), address);
    storeConditional(out, size, registers.get(1), address, registers.get(1));
  }

  private static int address(Sequence out, int size) {
    int address = out.chance().between(10, 15);
    int offset = out.chance().between(-2048, 2047);
    boolean aligned = !out.chance().percent(12);
    out.add(address, out.chance().oneOf(Registers.BASES), aligned ? offset & -size : offset);
    return address;
  }

  private static int alignedAddress(Sequence out, int address) {
    if (out.chance().percent(30)) {
      return Registers.SP;
    }
    out.add(address, Registers.SP, out.chance().between(-256, 255) & -8);
    return address;
  }

  /** Whether an sc that fails makes its page dirty is free: here it is dirty before. */
  private static void makeDirty(Sequence out, int address) {
    out.emit("sb", Encode.s(0x23, address, 0, 0));
  }

  private static void loadReserved(Sequence out, int size, int rd, int address) {
    out.emit(AtomicInstructions.loadReserved(out.chance(), size, rd, address));
  }

  private static void storeConditional(Sequence out, int size, int rd, int address, int rs2) {
    out.emit(AtomicInstructions.storeConditional(out.chance(), size, rd, address, rs2));
  }
}
