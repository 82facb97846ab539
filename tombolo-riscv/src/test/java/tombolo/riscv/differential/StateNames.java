// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** Names the words of a final state, in the layout of {@code harness.S}. */
final class StateNames {
  private static final List<String> CONTROL =
      List.of(
          "fcsr",
          "sstatus at the last trap",
          "sepc",
          "scause",
          "stval",
          "scounteren",
          "sie",
          "sip",
          "stimecmp",
          "senvcfg",
          "satp",
          "stvec",
          "number of traps",
          "causes seen",
          "vstart",
          "vcsr",
          "vl",
          "vtype");

  private static final List<String> TRAP = List.of("scause", "stval", "sepc", "sstatus");

  private StateNames() {}

  /** The word at {@code offset} of the state. */
  static String register(int offset) {
    int word = offset / 8;
    return word < 32 ? "x" + word : word < 64 ? "f" + (word - 32) : CONTROL.get(word - 64);
  }

  /** The word of the vector registers at {@code offset}: they lie one behind the other. */
  static String vector(int offset) {
    return "vector registers, byte %d".formatted(offset);
  }

  static String trap(int number, int field) {
    return "trap %d %s".formatted(number, TRAP.get(field));
  }

  static String memory(long address) {
    String page;
    if (address < Arena.STUB) {
      page = "code";
    } else if (address < Arena.DATA) {
      page = "stub";
    } else if (address < Arena.TRACE) {
      page = "data";
    } else if (address < Arena.TARGET) {
      page = "results kept";
    } else if (address < Arena.ROUTINES) {
      page = "target pages";
    } else if (address < Arena.table(0) || address >= Arena.OTHER_ROUTINES) {
      page = "routines";
    } else {
      page = "page tables";
    }
    return "memory %x (%s)".formatted(address, page);
  }
}
