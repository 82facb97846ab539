// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.MVV;
import static tombolo.riscv.vector.Unit.MVX;
import static tombolo.riscv.vector.Unit.SCALAR;
import static tombolo.riscv.vector.Unit.VI;
import static tombolo.riscv.vector.Unit.VV;
import static tombolo.riscv.vector.Unit.VX;
import static tombolo.riscv.vector.Unit.word;

import org.junit.jupiter.api.Test;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Permutation Instructions". */
class PermutationsTest {
  private final Unit unit = new Unit();

  @Test
  void slidesMoveElements() {
    unit.set(32, 0, 4).put(4, 1, 2, 3, 4).put(2, 9, 9, 9, 9);
    assertThat(unit.run(VI, 0x0e, 2, 4, 1).elements(2, 4)).containsExactly(9, 1, 2, 3);
    assertThat(unit.run(VI, 0x0f, 2, 4, 1).elements(2, 4)).containsExactly(2, 3, 4, 0);
    unit.x[SCALAR] = -1; // as far as one likes
    assertThat(unit.run(VX, 0x0f, 2, 4, SCALAR).elements(2, 4)).containsExactly(0, 0, 0, 0);
    assertThat(unit.put(2, 9, 9, 9, 9).run(VX, 0x0e, 2, 4, SCALAR).elements(2, 4))
        .containsExactly(9, 9, 9, 9);
    assertThat(unit.execute(word(VI, 0x0e, 4, 4, 1))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(VI, 0x0f, 4, 4, 1))).isEqualTo(Outcome.DONE);
  }

  @Test
  void aSlideDownReadsBeyondTheLengthAndNotBeyondTheGroup() {
    unit.set(32, 0, 2).put(4, 1, 2, 3, 4);
    assertThat(unit.run(VI, 0x0f, 2, 4, 2).elements(2, 2)).containsExactly(3, 4);
    assertThat(unit.run(VI, 0x0f, 2, 4, 3).elements(2, 2)).containsExactly(4, 0);
  }

  @Test
  void slidesByOneTakeAScalarIn() {
    unit.set(32, 0, 3).put(4, 1, 2, 3, 4);
    unit.x[SCALAR] = 7;
    assertThat(unit.run(MVX, 0x0e, 2, 4, SCALAR).elements(2, 3)).containsExactly(7, 1, 2);
    assertThat(unit.run(MVX, 0x0f, 2, 4, SCALAR).elements(2, 3)).containsExactly(2, 3, 7);
  }

  @Test
  void aGatherPicksElementsAndFindsZeroBeyondTheGroup() {
    unit.set(32, 0, 4).put(4, 10, 11, 12, 13).put(6, 3, 0, 4, -1);
    assertThat(unit.run(VV, 0x0c, 2, 4, 6).elements(2, 4)).containsExactly(13, 10, 0, 0);
    assertThat(unit.run(VI, 0x0c, 2, 4, 2).elements(2, 4)).containsExactly(12, 12, 12, 12);
    unit.set(16, 0, 4).put(6, 2, 1, 0, 3);
    unit.set(32, 0, 4);
    assertThat(unit.run(VV, 0x0e, 2, 4, 6).elements(2, 4)).containsExactly(12, 11, 10, 13);
    assertThat(unit.execute(word(VV, 0x0c, 4, 4, 6))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(VV, 0x0c, 6, 4, 6))).isEqualTo(Outcome.ILLEGAL);
  }

  @Test
  void compressPutsTheChosenElementsFirst() {
    unit.set(8, 0, 5).put(4, 1, 2, 3, 4, 5).put(6, 0b10101).put(2, 9, 9, 9, 9, 9);
    assertThat(unit.run(MVV, 0x17, 2, 4, 6).elements(2, 5)).containsExactly(1, 3, 5, 9, 9);
  }

  @Test
  void firstElementsGoToAndFromScalars() {
    unit.set(16, 3, 8).put(5, -2).put(2, 1, 1);
    assertThat(unit.run(MVV, 0x10, 7, 5, 0).x[7]).isEqualTo(-2); // no group: any register
    unit.x[SCALAR] = 0x12345;
    assertThat(unit.run(MVX, 0x10, 2, 0, SCALAR).elements(2, 2)).containsExactly(0x2345, 1);
    unit.set(16, 3, 0);
    unit.x[SCALAR] = 0;
    assertThat(unit.run(MVX, 0x10, 2, 0, SCALAR).elements(2, 1)).containsExactly(0x2345);
    assertThat(unit.run(MVV, 0x10, 7, 2, 0).x[7]).isEqualTo(0x2345);
  }

  @Test
  void wholeRegistersMoveWhateverTheLength() {
    unit.set(8, 0, 0).put(4, 1).put(5, 2).put(2, 0).put(3, 0);
    unit.run(VI, 0x27, 2, 4, 1);
    assertThat(unit.elements(2, 1)).containsExactly(1);
    assertThat(unit.elements(3, 1)).containsExactly(2);
  }

  @Test
  void mergesAndMovesTakeAScalarOrAnElement() {
    unit.set(8, 0, 3).mask(1, 0, 1).put(4, 1, 2, 3);
    assertThat(unit.runMasked(VI, 0x17, 2, 4, -1).elements(2, 3)).containsExactly(-1, 2, -1);
    assertThat(unit.run(VI, 0x17, 2, 0, 5).elements(2, 3)).containsExactly(5, 5, 5);
    assertThat(unit.run(VV, 0x17, 2, 0, 4).elements(2, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void elementsAreExtendedFromAFractionOfTheirWidth() {
    unit.set(8, 0, 2).put(4, -1, 1);
    unit.set(64, 0, 2);
    assertThat(unit.run(MVV, 0x12, 2, 4, 2).elements(2, 2)).containsExactly(255, 1);
    assertThat(unit.run(MVV, 0x12, 2, 4, 3).elements(2, 2)).containsExactly(-1, 1);
    unit.set(8, 0, 2);
    assertThat(unit.execute(word(MVV, 0x12, 2, 4, 6))).isEqualTo(Outcome.ILLEGAL);
  }
}
