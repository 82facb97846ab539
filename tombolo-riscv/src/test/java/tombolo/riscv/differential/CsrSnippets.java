// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** Accesses to control and status registers, in either mode. */
final class CsrSnippets {
  static final List<String> OPERATIONS =
      List.of("csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci");

  private static final int FRM = 2;
  private static final List<Integer> FLOAT = List.of(1, 2, 3);
  private static final List<Integer> COUNTERS = List.of(0xc00, 0xc01, 0xc02);

  /** What S-mode may write: {@link SupervisorSnippets} does so with care. */
  private static final List<Integer> SUPERVISOR =
      List.of(0x100, 0x104, 0x105, 0x106, 0x10a, 0x140, 0x141, 0x142, 0x143, 0x144, 0x14d, 0x180);

  private CsrSnippets() {}

  /** fflags, frm and fcsr in all ways; a reserved rounding mode seldom stays. */
  static void floating(Sequence out) {
    Chance chance = out.chance();
    int rd = chance.oneOf(Registers.FREE);
    String operation = chance.oneOf(OPERATIONS);
    int source = operation.endsWith("i") ? chance.between(0, 31) : chance.oneOf(Registers.FREE);
    out.csr(operation, rd, chance.oneOf(FLOAT), source);
    out.keep(rd);
    if (chance.percent(85)) {
      out.csr("csrrwi", 0, FRM, chance.between(0, 4));
    }
  }

  /** Whether the access traps is compared; the value read never is. */
  static void counter(Sequence out) {
    int rd = out.chance().oneOf(Registers.FREE);
    out.csrRead(rd, out.chance().oneOf(COUNTERS));
    out.add(rd, 0, 0);
  }

  /** Any register there might be, but those that count time. */
  static void read(Sequence out) {
    int csr = anything(out.chance());
    int rd = out.chance().oneOf(Registers.FREE);
    switch (out.chance().between(0, 2)) {
      case 0 -> out.csrRead(rd, csr);
      case 1 -> out.csr("csrrc", rd, csr, 0);
      default -> out.csr("csrrsi", rd, csr, 0);
    }
    out.keep(rd);
  }

  /** To a register that is not there, is read-only, or belongs to a higher mode: traps. */
  static void illegalWrite(Sequence out) {
    Chance chance = out.chance();
    int csr = chance.percent(30) ? chance.oneOf(COUNTERS) : anything(chance);
    if (FLOAT.contains(csr) || (out.world().supervisor() && SUPERVISOR.contains(csr))) {
      return;
    }
    int rd = chance.oneOf(Registers.FREE);
    int source = chance.between(10, 15);
    out.li(source, chance.oneOf(0L, 1L, -1L, chance.bits64()));
    out.csr(chance.oneOf(OPERATIONS), rd, csr, source);
    if (!COUNTERS.contains(csr)) {
      out.keep(rd);
    }
  }

  private static int anything(Chance chance) {
    while (true) {
      int csr =
          chance.percent(50)
              ? chance.oneOf(SUPERVISOR)
              : chance.percent(50)
                  ? chance.oneOf(0, 0x300, 0xb00, 0x7a0, 0xc00, 0xf10, 0x100, 0x200, 0x5a0, 0x340)
                      + chance.between(0, 31)
                  : chance.between(0, 0xfff);
      if (!COUNTERS.contains(csr)) {
        return csr;
      }
    }
  }
}
