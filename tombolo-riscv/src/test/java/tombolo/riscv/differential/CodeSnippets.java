// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** Code that changes, and code that is entered where it does not seem to begin. */
final class CodeSnippets {
  private CodeSnippets() {}

  static void fence(Sequence out) {
    out.emit("fence.i", 0x0000100f);
  }

  /**
   * Runs an instruction, overwrites it with another one and runs that: twice around a loop, so what
   * was decoded the first time must be forgotten.
   */
  static void overwrite(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(4);
    int address = registers.get(0);
    int code = registers.get(1);
    int rounds = registers.get(2);
    int value = registers.get(3);
    boolean compressed = chance.percent(40);
    int before = compressed ? Encode.ci(0x0001, value, 1) : Encode.i(0x13, value, value, 1);
    int after = compressed ? Encode.ci(0x4001, value, 7) : Encode.i(0x7013, value, value, -7);
    out.li(rounds, chance.between(2, 4));
    out.li(code, after);
    int anchor = out.position();
    out.emit("auipc", Encode.u(0x17, address, 0));
    if (chance.percent(50)) {
      // Another alignment of all that follows, and another page boundary to cross.
      out.emit("c.nop", 0x0001);
      out.add(address, address, 2);
      anchor += 2;
    }
    int target = out.position();
    out.emit(compressed ? "c.addi" : "addi", before);
    out.emit(
        compressed ? "sh" : "sw",
        Encode.s(compressed ? 0x1023 : 0x2023, address, code, target - anchor));
    out.emit("fence.i", 0x0000100f);
    out.add(rounds, rounds, -1);
    out.emit("bne", Encode.b(0x1063, rounds, 0, target - out.position()));
    out.keep(value);
  }

  /** The upper half of an instruction is one itself: runs the whole, or jumps to the half. */
  static void middle(Sequence out) {
    int rd = out.chance().between(10, 15);
    int half = Encode.ci(0x4001, rd, out.chance().between(-32, 31));
    if (out.chance().percent(60)) {
      out.emit("jal", Encode.j(0x6f, 0, 4 + 2));
    }
    // A lui of x0, whose upper half is a c.li.
    out.emit("lui", half << 16 | 0x0037);
    out.keep(rd);
  }
}
