// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tombolo.testing.RequiredTool;

/**
 * The embedded machine against QEMU, on random programs. {@code -Ddifferential.seed=7} draws other
 * programs, {@code -Ddifferential.instructions=100000000} more of them.
 */
class DifferentialTest {
  private static final long SEED = Long.getLong("differential.seed", 1);
  private static final long INSTRUCTIONS = Long.getLong("differential.instructions", 2_000_000);
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @Test
  void randomProgramsEndInTheSameStateAsOnQemu() {
    Disassembler disassembler =
        new Disassembler(
            RequiredTool.require("riscv64-linux-gnu-as"),
            RequiredTool.require("riscv64-linux-gnu-objdump"));
    Target qemu = new QemuTarget(RequiredTool.require("qemu-system-riscv64"));
    Comparison comparison = new Comparison(qemu, new TomboloTarget(), DEADLINE);
    DifferentialRun run = new DifferentialRun(SEED, comparison, disassembler, System.out);
    DifferentialRun.Verdict verdict = run.run(INSTRUCTIONS, 1);
    System.out.printf(
        "differential: %d instructions, %d differences%n",
        verdict.instructions(), verdict.differences());
    assertThat(verdict.differences()).as("programs of seed %d that differ", SEED).isZero();
  }
}
