// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The embedded machine against QEMU, on random programs. {@code -Ddifferential.seed=7} draws other
 * programs, {@code -Ddifferential.instructions=100000000} more of them.
 */
class DifferentialTest {
  private static final long SEED = Long.getLong("differential.seed", 1);
  private static final long INSTRUCTIONS = Long.getLong("differential.instructions", 2_000_000);
  private static final int VECTOR_BITS = Integer.getInteger("differential.vlen", 256);
  static final Duration DEADLINE = Duration.ofMinutes(2);

  /** Causes of traps, as scause has them; with C no fetch is misaligned. */
  private static final List<Integer> EXCEPTIONS = List.of(1, 2, 3, 4, 5, 6, 7, 12, 13, 15);

  private static final int ECALL_FROM_USER = 8;
  private static final List<Integer> INTERRUPTS = List.of(1, 5);

  // As the harness numbers causes: scause, + 16 from S-mode, + 32 for an interrupt.
  private static final int FROM_SUPERVISOR = 16;
  private static final int INTERRUPT = 32;

  @Test
  void randomProgramsEndInTheSameStateAsOnQemu() {
    DifferentialRun.Verdict verdict = run(VECTOR_BITS, INSTRUCTIONS);
    assertThat(verdict.causes()).as("kinds of traps taken").containsAll(everyCause());
  }

  /** QEMU has none of more than 1,024 bits. */
  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {128, 1024})
  void vectorsOfOtherLengthsDoTheSameAsOnQemu(int vectorBits) {
    run(vectorBits, INSTRUCTIONS / 8);
  }

  private static DifferentialRun.Verdict run(int vectorBits, long instructions) {
    Rerun same = new Rerun(SEED, vectorBits, instructions);
    DifferentialRun.Verdict verdict = same.run();
    System.out.printf(
        "differential: %d instructions, %d differences%n",
        verdict.instructions(), verdict.differences());
    assertThat(verdict.differences())
        .as(() -> "programs of seed %d that differ; %s".formatted(SEED, same.verdictOfC1()))
        .isZero();
    return verdict;
  }

  @Test
  void aRerunWithC1AloneComparesTheSamePrograms() {
    assertThat(new Rerun(SEED, VECTOR_BITS, 5_000).differencesWithC1()).isZero();
  }

  private static Set<Integer> everyCause() {
    Set<Integer> causes = new HashSet<>(Set.of(ECALL_FROM_USER));
    for (int mode : new int[] {0, FROM_SUPERVISOR}) {
      EXCEPTIONS.forEach(cause -> causes.add(mode + cause));
      INTERRUPTS.forEach(cause -> causes.add(mode + INTERRUPT + cause));
    }
    return causes;
  }
}
