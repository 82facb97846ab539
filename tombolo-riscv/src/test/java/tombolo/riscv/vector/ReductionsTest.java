// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.MVV;
import static tombolo.riscv.vector.Unit.VV;
import static tombolo.riscv.vector.Unit.word;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Reduction Operations", of integers. */
class ReductionsTest {
  private final Unit unit = new Unit();

  @ParameterizedTest(name = "funct6 {0}")
  @CsvSource({"0, 106", "1, 0", "2, -2", "3, -98", "4, 2", "5, -2", "6, -2", "7, 100"})
  void theFirstElementOfVs1JoinsThoseOfVs2(int function, long result) {
    unit.set(8, 0, 3).put(4, -2, 2, 6, 33).put(6, 100, 33).put(2, 55, 44);
    unit.run(MVV, function, 2, 4, 6);
    assertThat(unit.elements(2, 2)).containsExactly(result, 44);
  }

  @Test
  void elementsThatAreMaskedOffTakeNoPart() {
    unit.set(16, 0, 3).mask(0, 1, 0).put(4, 1, 2, 4).put(6, 100);
    assertThat(unit.runMasked(MVV, 0, 2, 4, 6).elements(2, 1)).containsExactly(102);
  }

  @Test
  void withoutElementsNothingIsWritten() {
    unit.set(16, 0, 0).put(4, 1).put(6, 100).put(2, 7);
    assertThat(unit.run(MVV, 0, 2, 4, 6).elements(2, 1)).containsExactly(7);
  }

  @Test
  void aWideSumExtendsItsElements() {
    unit.set(8, 0, 2).put(4, -1, -1);
    unit.vectors.registers.set(6, 0, 1, 1000);
    assertThat(unit.run(VV, 0x30, 2, 4, 6).elements(2, 1, 1)).containsExactly(1510);
    assertThat(unit.run(VV, 0x31, 2, 4, 6).elements(2, 1, 1)).containsExactly(998);
  }

  @Test
  void aReductionBeginsAtElementZeroOnly() {
    unit.set(8, 0, 4);
    unit.vectors.setVstart(1);
    assertThat(unit.execute(word(MVV, 0, 2, 4, 6))).isEqualTo(Outcome.ILLEGAL);
  }
}
