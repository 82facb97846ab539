// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodeBudgetTest {
  private static final long MIB = 1 << 20;

  @Test
  void allHartsHaveTheSameShare() {
    CodeBudget budget = new CodeBudget(128 * MIB);
    budget.join(1);
    assertThat(budget.limit()).isEqualTo(CodeBudget.MOST);
    budget.join(7);
    assertThat(budget.limit()).isEqualTo(14 * MIB);
    budget.join(8);
    assertThat(budget.limit()).isEqualTo(7 * MIB);
    budget.leave(8);
    assertThat(budget.limit()).isEqualTo(14 * MIB);
    budget.join(1000);
    assertThat(budget.limit()).isEqualTo(CodeBudget.LEAST);
  }

  @Test
  void whileOthersHoldMoreThanTheirShareAHartContentsItselfWithTheLeast() {
    CodeBudget budget = new CodeBudget(128 * MIB);
    budget.join(2);
    budget.use(120 * MIB);
    assertThat(budget.limit()).isEqualTo(56 * MIB);
    budget.use(9 * MIB);
    assertThat(budget.limit()).isEqualTo(CodeBudget.LEAST);
    budget.use(-9 * MIB);
    assertThat(budget.limit()).isEqualTo(56 * MIB);
  }

  /** So many harts can all be at their share that none is held to the least for it. */
  @Test
  void allSharesTogetherAreLessThanTheBudget() {
    CodeBudget budget = new CodeBudget(128 * MIB);
    for (int harts = 1; harts <= 64; harts++) {
      budget.join(1);
      assertThat(harts * budget.limit()).isLessThanOrEqualTo(112 * MIB);
    }
  }

  @Test
  void theProcessHasAQuarterOfItsHeap() {
    CodeBudget budget = CodeBudget.ofProcess();
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    budget.join(1000);
    try {
      assertThat(budget.limit())
          .isEqualTo(Math.max((quarter - quarter / 8) / 1000, CodeBudget.LEAST));
    } finally {
      budget.leave(1000);
    }
  }
}
