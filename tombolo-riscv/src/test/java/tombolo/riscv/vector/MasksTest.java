// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.MVV;
import static tombolo.riscv.vector.Unit.word;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Mask Instructions". */
class MasksTest {
  private final Unit unit = new Unit();

  private void bits(int register, int... bits) {
    for (int i = 0; i < bits.length; i++) {
      unit.vectors.registers.setBit(register, i, bits[i] != 0);
    }
  }

  @ParameterizedTest(name = "operation {0}")
  @CsvSource({
    "0, 0, 0, 1, 0", "1, 0, 0, 0, 1", "2, 0, 1, 1, 1", "3, 0, 1, 1, 0",
    "4, 1, 0, 1, 1", "5, 1, 1, 1, 0", "6, 1, 0, 0, 0", "7, 1, 0, 0, 1"
  })
  void twoMasksMakeOne(int operation, int none, int second, int first, int both) {
    unit.set(8, 0, 4);
    bits(4, 0, 0, 1, 1);
    bits(6, 0, 1, 0, 1);
    bits(2, 0, 0, 0, 0, 1);
    unit.run(MVV, 0x18 + operation, 2, 4, 6);
    assertThat(unit.bits(2, 5)).containsExactly(none, second, first, both, 1);
  }

  @Test
  void bitsAreCountedAndTheFirstIsFound() {
    unit.set(8, 0, 6).mask(0, 0, 1, 1, 1, 1);
    bits(4, 1, 0, 0, 1, 1, 0, 1);
    assertThat(unit.run(MVV, 0x10, 5, 4, 16).x[5]).isEqualTo(3);
    assertThat(unit.runMasked(MVV, 0x10, 5, 4, 16).x[5]).isEqualTo(2);
    assertThat(unit.run(MVV, 0x10, 5, 4, 17).x[5]).isZero();
    assertThat(unit.runMasked(MVV, 0x10, 5, 4, 17).x[5]).isEqualTo(3);
    bits(4, 0, 0, 0, 0, 0, 0);
    assertThat(unit.run(MVV, 0x10, 5, 4, 17).x[5]).isEqualTo(-1);
  }

  @Test
  void bitsAreSetAroundTheFirst() {
    unit.set(8, 0, 5);
    bits(4, 0, 0, 1, 0, 1);
    assertThat(unit.run(MVV, 0x14, 2, 4, 1).bits(2, 5)).containsExactly(1, 1, 0, 0, 0); // vmsbf
    assertThat(unit.run(MVV, 0x14, 2, 4, 2).bits(2, 5)).containsExactly(0, 0, 1, 0, 0); // vmsof
    assertThat(unit.run(MVV, 0x14, 2, 4, 3).bits(2, 5)).containsExactly(1, 1, 1, 0, 0); // vmsif
  }

  @Test
  void eachElementLearnsHowManyBitsComeBeforeItAndItsIndex() {
    unit.set(16, 0, 5);
    bits(4, 1, 0, 1, 1, 0);
    assertThat(unit.run(MVV, 0x14, 2, 4, 16).elements(2, 5)).containsExactly(0, 1, 1, 2, 3);
    assertThat(unit.run(MVV, 0x14, 2, 0, 17).elements(2, 5)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void whatLooksAtAllBitsBeginsAtZero() {
    unit.set(8, 0, 5);
    for (int vs1 : new int[] {1, 2, 3, 16}) {
      unit.vectors.setVstart(1);
      assertThat(unit.execute(word(MVV, 0x14, 2, 4, vs1))).isEqualTo(Outcome.ILLEGAL);
    }
    assertThat(unit.execute(word(MVV, 0x10, 2, 4, 16))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(MVV, 0x14, 2, 0, 17))).isEqualTo(Outcome.DONE); // vid.v
  }
}
