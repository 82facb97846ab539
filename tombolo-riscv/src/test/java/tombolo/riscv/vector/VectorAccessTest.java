// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.ADDRESS;
import static tombolo.riscv.vector.Unit.SCALAR;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Loads and Stores": memory is 256 bytes, each of which holds its address. */
class VectorAccessTest {
  private static final int LOAD = 0x07 | ADDRESS << 15 | 1 << 25;
  private static final int STORE = 0x27 | ADDRESS << 15 | 1 << 25;
  private static final int BYTES = 0;
  private static final int HALVES = 5 << 12;
  private static final int WORDS = 6 << 12;
  private static final int FIRST_ONLY = 16 << 20;
  private static final int WHOLE = 8 << 20;
  private static final int MASK = 11 << 20;
  private static final int STRIDED = 2 << 26 | SCALAR << 20;
  private static final int INDEXED = 1 << 26;

  private final Unit unit = new Unit();

  @BeforeEach
  void fillMemory() {
    for (int i = 0; i < 256; i++) {
      unit.memory[i] = (byte) i;
    }
  }

  private static int fields(int number) {
    return (number - 1) << 29;
  }

  private Outcome load(int kind, int vd, long address) {
    unit.x[ADDRESS] = address;
    return unit.execute(LOAD | kind | vd << 7);
  }

  @Test
  void aUnitStrideLoadTakesTheWidthFromTheInstruction() {
    unit.set(8, 0, 4).put(2, 9, 9, 9, 9, 9);
    assertThat(load(BYTES, 2, 3)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 5)).containsExactly(3, 4, 5, 6, 9);
    // EMUL is then twice LMUL.
    assertThat(load(HALVES, 3, 0)).isEqualTo(Outcome.ILLEGAL);
    assertThat(load(HALVES, 4, 0)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(4, 4, 1)).containsExactly(0x100, 0x302, 0x504, 0x706);
  }

  @Test
  void elementsThatAreMaskedOffAreNotAccessed() {
    unit.set(8, 0, 8).mask(1, 0, 1, 1, 0, 0, 0, 0).put(2, 9, 9, 9, 9, 9, 9, 9, 9);
    unit.x[ADDRESS] = 252; // the last four of them are not there
    assertThat(unit.execute(Unit.masked(LOAD) | 2 << 7)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 4)).containsExactly(-4, 9, -2, -1);
    assertThat(unit.execute(Unit.masked(LOAD))).isEqualTo(Outcome.ILLEGAL); // into the mask
  }

  @Test
  void aFaultLeavesItsElementInVstartAndTheLoadGoesOnThere() {
    unit.set(16, 0, 8).put(2, 9, 9, 9, 9, 9, 9, 9, 9);
    assertThat(load(HALVES, 2, 250)).isEqualTo(Outcome.TRAPPED);
    assertThat(unit.vectors.vstart()).isEqualTo(3);
    assertThat(unit.elements(2, 4))
        .containsExactly((short) 0xfbfa, (short) 0xfdfc, (short) 0xfffe, 9);
    assertThat(load(HALVES, 2, 200)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 4)[2]).isEqualTo((short) 0xfffe);
    assertThat(unit.elements(2, 4)[3]).isEqualTo((short) 0xcfce);
    assertThat(unit.vectors.vstart()).isZero();
  }

  @Test
  void aStoreWritesItsElementsAndNoMore() {
    unit.set(32, 0, 2).put(2, 0x11223344, 0x55667788, 0x99);
    unit.x[ADDRESS] = 7;
    assertThat(unit.execute(STORE | WORDS | 2 << 7)).isEqualTo(Outcome.DONE);
    assertThat(unit.memory[7]).isEqualTo((byte) 0x44);
    assertThat(unit.memory[14]).isEqualTo((byte) 0x55);
    assertThat(unit.memory[15]).isEqualTo((byte) 15);
  }

  @Test
  void afterTheFirstElementAFaultOnlyShortensALoadOfThatKind() {
    unit.set(8, 0, 8).put(2, 9, 9, 9, 9, 9, 9, 9, 9);
    assertThat(load(BYTES | FIRST_ONLY, 2, 256)).isEqualTo(Outcome.TRAPPED);
    assertThat(unit.vectors.vl()).isEqualTo(8);
    assertThat(load(BYTES | FIRST_ONLY, 2, 253)).isEqualTo(Outcome.DONE);
    assertThat(unit.vectors.vl()).isEqualTo(3);
    assertThat(unit.elements(2, 4)).containsExactly(-3, -2, -1, 9);
    unit.set(8, 0, 8);
    // A segment that is not there as a whole is not there.
    assertThat(load(BYTES | FIRST_ONLY | fields(2), 2, 251)).isEqualTo(Outcome.DONE);
    assertThat(unit.vectors.vl()).isEqualTo(2);
  }

  @Test
  void stridesGoBackwardsAndNowhere() {
    unit.set(8, 0, 3);
    unit.x[SCALAR] = -2;
    assertThat(load(STRIDED, 2, 10)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 3)).containsExactly(10, 8, 6);
    assertThat(load(2 << 26, 2, 10)).isEqualTo(Outcome.DONE); // by x0
    assertThat(unit.elements(2, 3)).containsExactly(10, 10, 10);
  }

  @Test
  void offsetsAreUnsignedAndOfTheInstructionsWidth() {
    unit.set(16, 0, 3).put(4, 0, 0, 0);
    unit.vectors.registers.set(4, 0, 0, 0x80);
    unit.vectors.registers.set(4, 1, 0, 4);
    unit.vectors.registers.set(4, 2, 0, 0);
    assertThat(load(INDEXED | BYTES | 4 << 20, 2, 2)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 3)).containsExactly((short) 0x8382, 0x0706, 0x0302);
    // An offset narrower than an element must not be overwritten before it is used.
    assertThat(load(INDEXED | BYTES | 4 << 20, 4, 2)).isEqualTo(Outcome.ILLEGAL);
  }

  @Test
  void fieldsOfASegmentGoToGroupsOneAfterTheOther() {
    unit.set(8, 0, 3);
    assertThat(load(fields(3), 4, 20)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(4, 3)).containsExactly(20, 23, 26);
    assertThat(unit.elements(5, 3)).containsExactly(21, 24, 27);
    assertThat(unit.elements(6, 3)).containsExactly(22, 25, 28);
    assertThat(load(fields(3), 30, 20)).isEqualTo(Outcome.ILLEGAL); // there is no v32
    unit.set(8, 2, 3);
    assertThat(load(fields(3), 4, 20)).isEqualTo(Outcome.ILLEGAL); // twelve registers
  }

  @Test
  void wholeRegistersNeedNoLengthButHonourVstart() {
    unit.set(8, 0, 0).put(2, 9, 9, 9);
    unit.vectors.setVstart(2);
    assertThat(load(BYTES | WHOLE | fields(2), 2, 64)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 4)).containsExactly(9, 9, 66, 67);
    assertThat(unit.elements(3, 2)).containsExactly(80, 81);
  }

  @Test
  void aMaskIsABitForEachElement() {
    unit.set(8, 1, 17).put(2, 9, 9, 9, 9);
    assertThat(load(BYTES | MASK, 2, 32)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 4)).containsExactly(32, 33, 34, 9);
  }
}
