// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Programs after programs of one seed until enough instructions were executed; each one that
 * differs is counted, and the first few are made minimal and printed.
 */
final class DifferentialRun {
  private static final int BATCH = 200;
  private static final int MOST_REPORTS = 5;

  private final long seed;
  private final Comparison comparison;
  private final Disassembler disassembler;
  private final PrintStream out;

  /**
   * What came out.
   *
   * @param instructions of random programs that the subject retired, the harness's not counted
   * @param programs that they made
   * @param differences programs that differ
   * @param causes kinds of traps seen, as {@link Outcome#causes} numbers them
   */
  record Verdict(long instructions, int programs, int differences, Set<Integer> causes) {}

  DifferentialRun(long seed, Comparison comparison, Disassembler disassembler, PrintStream out) {
    this.seed = seed;
    this.comparison = comparison;
    this.disassembler = disassembler;
    this.out = out;
  }

  /** Until at least so many instructions and so many programs. */
  Verdict run(long instructions, int programs) {
    Generator generator = new Generator(seed);
    long retired = 0;
    int done = 0;
    int differences = 0;
    Set<Integer> causes = new HashSet<>();
    while (retired < instructions || done < programs) {
      List<Program> batch = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        batch.add(generator.program(done + i));
      }
      for (Comparison.Pair pair : comparison.run(batch)) {
        retired += pair.subject() == null ? 0 : pair.subject().retired();
        pair.oracle().causeNumbers().forEach(causes::add);
        if (pair.differs()) {
          differences++;
          if (differences <= MOST_REPORTS) {
            report(pair.program());
          }
        }
      }
      done += BATCH;
    }
    return new Verdict(retired, done, differences, causes);
  }

  private void report(Program program) {
    Program minimal = new Minimizer(comparison).minimize(program);
    new Report(comparison, disassembler).lines(seed, minimal).forEach(out::println);
  }
}
