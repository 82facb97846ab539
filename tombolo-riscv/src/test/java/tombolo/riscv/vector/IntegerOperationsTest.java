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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Integer Arithmetic Instructions". */
class IntegerOperationsTest {
  private final Unit unit = new Unit();

  @ParameterizedTest(name = "funct6 {0} of elements of {1} bits")
  @CsvSource({
    "0x00, 8, 127, 1, -128", // vadd wraps
    "0x02, 64, -9223372036854775808, 1, 9223372036854775807", // vsub
    "0x04, 8, -1, 1, 1", // vminu
    "0x05, 8, -1, 1, -1", // vmin
    "0x06, 64, -1, 1, -1", // vmaxu
    "0x07, 16, -1, 1, 1", // vmax
    "0x0b, 32, 5, 6, 3", // vxor
    "0x25, 8, 1, 9, 2", // vsll: three bits of the amount
    "0x28, 16, -1, 4, 4095", // vsrl
    "0x29, 32, -16, 34, -4" // vsra
  })
  void elementsOfOneWidth(String function, int bits, long a, long b, long result) {
    unit.set(bits, 0, 1).put(4, a, 77).put(6, b, 77).put(2, 5, 6);
    unit.run(VV, Integer.decode(function), 2, 4, 6);
    assertThat(unit.elements(2, 2)).containsExactly(result, 6);
  }

  @Test
  void theSecondOperandMayBeAScalarOrAnImmediate() {
    unit.set(8, 0, 2).put(4, 1, 2);
    unit.x[SCALAR] = 0x1ff; // its low byte is -1
    assertThat(unit.run(VX, 0x00, 2, 4, SCALAR).elements(2, 2)).containsExactly(0, 1);
    assertThat(unit.run(VX, 0x03, 2, 4, SCALAR).elements(2, 2)).containsExactly(-2, -3);
    assertThat(unit.run(VI, 0x00, 2, 4, -16).elements(2, 2)).containsExactly(-15, -14);
    unit.set(64, 0, 1).put(4, 1);
    assertThat(unit.run(VI, 0x25, 2, 4, 31).elements(2, 1)).containsExactly(1L << 31);
  }

  @Test
  void elementsMaskedOffAndThoseBeforeVstartStay() {
    unit.set(16, 0, 4).mask(1, 0, 1, 1).put(4, 1, 2, 3, 4).put(2, 9, 9, 9, 9);
    unit.vectors.setVstart(1);
    unit.runMasked(VI, 0x00, 2, 4, 0);
    assertThat(unit.elements(2, 4)).containsExactly(9, 9, 3, 4);
  }

  @ParameterizedTest(name = "funct6 {0}")
  @CsvSource({"0x18, 0, 1", "0x19, 1, 0", "0x1a, 0, 0", "0x1b, 1, 0", "0x1c, 0, 1", "0x1d, 1, 1"})
  void comparisonsSetBits(String function, int first, int second) {
    unit.set(8, 0, 2).put(4, -1, 5).put(6, 1, 5).put(2, -1);
    unit.run(VV, Integer.decode(function), 2, 4, 6);
    assertThat(unit.bits(2, 3)).containsExactly(first, second, 1);
  }

  @Test
  void carriesComeFromTheMaskAndGoIntoOne() {
    unit.set(64, 0, 2).mask(1, 0).put(4, -1, -1).put(6, 0, 1).put(3, 0);
    assertThat(unit.runMasked(VV, 0x11, 3, 4, 6).bits(3, 2)).containsExactly(1, 1); // vmadc
    assertThat(unit.runMasked(VV, 0x10, 2, 4, 6).elements(2, 2)).containsExactly(0, 0); // vadc
    assertThat(unit.runMasked(VV, 0x13, 3, 6, 4).bits(3, 2)).containsExactly(1, 1); // vmsbc
    assertThat(unit.runMasked(VV, 0x12, 2, 6, 4).elements(2, 2)).containsExactly(0, 2); // vsbc
  }

  @ParameterizedTest(name = "funct6 {0} of elements of {1} bits")
  @CsvSource({
    "0x20, 8, 7, 0, -1", // vdivu
    "0x20, 8, -1, 2, 127",
    "0x21, 64, -9223372036854775808, -1, -9223372036854775808", // vdiv
    "0x23, 32, 7, 0, 7", // vrem
    "0x23, 8, -128, -1, 0",
    "0x24, 64, -1, -1, -2", // vmulhu
    "0x25, 16, 300, 300, 24464", // vmul
    "0x26, 64, -1, -1, -1", // vmulhsu: -1 times 2^64-1
    "0x27, 32, -2147483648, -2147483648, 1073741824" // vmulh
  })
  void divisionAndMultiplication(String function, int bits, long a, long b, long result) {
    unit.set(bits, 0, 1).put(4, a).put(6, b);
    assertThat(unit.run(MVV, Integer.decode(function), 2, 4, 6).elements(2, 1))
        .containsExactly(result);
  }

  @Test
  void multiplicationAccumulatesInEitherOperand() {
    unit.set(16, 0, 1).put(4, 3).put(6, 5).put(2, 100);
    assertThat(unit.run(MVV, 0x2d, 2, 4, 6).elements(2, 1)).containsExactly(115); // vmacc
    assertThat(unit.run(MVV, 0x2f, 2, 4, 6).elements(2, 1)).containsExactly(100); // vnmsac
    assertThat(unit.run(MVV, 0x29, 2, 4, 6).elements(2, 1)).containsExactly(503); // vmadd
    assertThat(unit.run(MVV, 0x2b, 2, 4, 6).elements(2, 1)).containsExactly(3 - 5 * 503); // vnmsub
  }

  @Test
  void wideResultsAreExact() {
    unit.set(8, 0, 1).put(4, -1).put(6, -2);
    unit.x[SCALAR] = 2;
    assertThat(unit.run(MVV, 0x30, 2, 4, 6).elements(2, 1, 1)).containsExactly(0xff + 0xfe);
    assertThat(unit.run(MVV, 0x33, 2, 4, 6).elements(2, 1, 1)).containsExactly(1);
    assertThat(unit.run(MVV, 0x3a, 2, 4, 6).elements(2, 1, 1)).containsExactly(-0xfe); // vwmulsu
    assertThat(unit.run(MVX, 0x3e, 2, 4, SCALAR).elements(2, 1, 1)).containsExactly(-0x100);
    assertThat(unit.run(MVX, 0x3f, 2, 4, SCALAR).elements(2, 1, 1)).containsExactly(0xfe);
    assertThat(unit.run(MVV, 0x35, 2, 2, 4).elements(2, 1, 1)).containsExactly(0xfd); // vwadd.w
  }

  @Test
  void narrowShiftsTakeElementsOfTwiceTheWidth() {
    unit.set(16, 0, 1).put(4, 0x8123);
    unit.set(8, 0, 1);
    assertThat(unit.run(VI, 0x2c, 2, 4, 4).elements(2, 1)).containsExactly(0x12); // vnsrl
    assertThat(unit.run(VI, 0x2d, 2, 4, 15).elements(2, 1)).containsExactly(-1); // vnsra
  }

  @Test
  void reservedGroupsAndOverlapsAreIllegal() {
    unit.set(8, 1, 1);
    assertThat(unit.execute(word(VV, 0, 3, 4, 6))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(VV, 0, 2, 5, 6))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(VV, 0, 2, 4, 7))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(Unit.masked(word(VV, 0, 0, 4, 6)))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(Unit.masked(word(VV, 0, 2, 0, 6)))).isEqualTo(Outcome.ILLEGAL);
    // Only the upper end of a wide destination may be a source.
    assertThat(unit.execute(word(MVV, 0x31, 4, 4, 8))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(MVV, 0x31, 4, 6, 8))).isEqualTo(Outcome.DONE);
    assertThat(unit.execute(word(MVV, 0x3d, 4, 6, 8)))
        .isEqualTo(Outcome.ILLEGAL); // vwmacc reads it
    // And only the lower end of a wide source a destination.
    assertThat(unit.execute(word(VI, 0x2c, 4, 4, 1))).isEqualTo(Outcome.DONE);
    assertThat(unit.execute(word(VI, 0x2c, 6, 4, 1))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(VV, 0x18, 5, 4, 8))).isEqualTo(Outcome.ILLEGAL); // vmseq
    assertThat(unit.execute(word(VV, 0x18, 4, 4, 8))).isEqualTo(Outcome.DONE);
    unit.set(64, 0, 1);
    assertThat(unit.execute(word(MVV, 0x31, 4, 8, 10))).isEqualTo(Outcome.ILLEGAL); // 128 bits
  }
}
