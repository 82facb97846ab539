// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.List;

/** Describes a program that differs so that a person can see why. */
final class Report {
  private static final int MOST_DIFFERENCES = 40;

  private final Comparison comparison;
  private final Disassembler disassembler;

  Report(Comparison comparison, Disassembler disassembler) {
    this.comparison = comparison;
    this.disassembler = disassembler;
  }

  /** {@code program}: minimal already. */
  List<String> lines(long seed, Program program) {
    World world = program.world();
    List<String> lines = new ArrayList<>();
    lines.add("seed %d program %d differs; what is left of it:".formatted(seed, program.index()));
    lines.add(
        "  starts in %s-mode, %s, sstatus %x, fcsr %x, scounteren %x, sie %x, satp %x"
            .formatted(
                world.supervisor() ? "S" : "U",
                paging(world),
                world.status(),
                world.fcsr(),
                world.counteren(),
                world.interruptEnable(),
                world.satp()));
    disassembler.lines(program).forEach(line -> lines.add("  " + line));
    List<String> differences = comparison.verbose(program).differences();
    lines.add("  %-40s %16s %16s".formatted("state", "oracle", "subject"));
    differences.stream().limit(MOST_DIFFERENCES).forEach(line -> lines.add("  " + line));
    if (differences.size() > MOST_DIFFERENCES) {
      lines.add("  and %d more".formatted(differences.size() - MOST_DIFFERENCES));
    }
    return lines;
  }

  private static String paging(World world) {
    return switch (world.paging()) {
      case 8 -> "Sv39";
      case 9 -> "Sv48";
      default -> "no paging";
    };
  }
}
