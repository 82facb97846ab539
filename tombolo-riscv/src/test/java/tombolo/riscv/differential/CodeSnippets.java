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

  /** A subroutine in one word: {@code c.li rd, value} and {@code c.jr x31}. */
  static long routine(int rd, int value) {
    long back = Encode.cr(0x8002, Registers.RECOVERY, 0);
    return back << 16 | Encode.ci(0x4001, rd, value);
  }

  /**
   * Calls subroutines, rewrites some through another virtual address, and calls them again: few of
   * them, so that the same one is rewritten often.
   */
  static void rewriteRoutine(Sequence out) {
    Chance chance = out.chance();
    int address = 11;
    int code = 12;
    for (int i = chance.between(1, 3); i > 0; i--) {
      int slot = chance.between(0, 3) * 4;
      if (chance.percent(70)) {
        out.li(code, routine(chance.between(13, 15), chance.between(-32, 31)));
        out.li(address, out.world().routinesWrite() + slot);
        out.emit("sw", Encode.s(0x2023, address, code, 0));
        out.emit("fence.i", 0x0000100f);
      }
      call(out, slot);
    }
  }

  /**
   * For S-mode with paging: other subroutines at the same virtual address. No fence.i, because no
   * code is written.
   */
  static void exchangeRoutines(Sequence out) {
    Chance chance = out.chance();
    World world = out.world();
    int entry = 11;
    int address = 12;
    for (int i = chance.between(1, 3); i > 0; i--) {
      long page = chance.oneOf(Arena.ROUTINES, Arena.OTHER_ROUTINES);
      out.li(address, world.tableWindow(world.routinesEntry()));
      out.li(entry, Worlds.executable(page, 0));
      out.emit("sd", Encode.s(0x3023, address, entry, 0));
      int fenced = 0;
      if (chance.percent(50)) {
        fenced = address;
        out.li(address, world.routines());
      }
      out.emit("sfence.vma", Encode.r(0x12000073, 0, fenced, 0));
      call(out, chance.between(0, 3) * 4);
    }
  }

  private static void call(Sequence out, int slot) {
    out.li(Registers.A0, out.world().routines() + slot);
    out.recoverLater();
    out.emit("jalr", Encode.i(0x67, Registers.RA, Registers.A0, 0));
    out.recoverHere();
    for (int register : new int[] {Registers.A0, 13, 14, 15}) {
      out.keep(register);
    }
  }
}
