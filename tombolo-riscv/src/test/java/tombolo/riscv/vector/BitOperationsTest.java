// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.MVV;
import static tombolo.riscv.vector.Unit.VI;
import static tombolo.riscv.vector.Unit.VV;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Zvbb, "Vector Basic Bit-manipulation". */
class BitOperationsTest {
  private final Unit unit = new Unit();

  @ParameterizedTest(name = "vs1 {0} of elements of {1} bits")
  @CsvSource({
    "8, 16, 0x0180, -32767", // vbrev8: 0x8001
    "9, 32, 0x01020304, 0x04030201", // vrev8
    "10, 8, 0x01, -128", // vbrev
    "12, 16, 0x0180, 7", // vclz
    "12, 8, 0, 8",
    "13, 64, 0x0180, 7", // vctz
    "13, 16, 0, 16",
    "14, 32, 0x7fff0001, 16" // vcpop.v
  })
  void whatOneElementHolds(int function, int bits, String element, String result) {
    unit.set(bits, 0, 1).put(4, Long.decode(element));
    assertThat(unit.run(MVV, 0x12, 2, 4, function).elements(2, 1))
        .containsExactly(Long.decode(result));
  }

  @Test
  void rotationsTakeTheirAmountFromFewBits() {
    unit.set(8, 0, 1).put(4, 0x12).put(6, 8 + 4);
    assertThat(unit.run(VV, 0x14, 2, 4, 6).elements(2, 1)).containsExactly(0x21); // vror
    unit.put(6, 1);
    assertThat(unit.run(VV, 0x15, 2, 4, 6).elements(2, 1)).containsExactly(0x24); // vrol
    unit.set(64, 0, 1).put(4, 1);
    // The immediate has six bits.
    assertThat(unit.run(VI, 0x15, 2, 4, 1).elements(2, 1)).containsExactly(1L << 31);
  }

  @Test
  void andNotInvertsTheSecondOperand() {
    unit.set(8, 0, 1).put(4, 0x3c).put(6, 0x0f);
    assertThat(unit.run(VV, 0x01, 2, 4, 6).elements(2, 1)).containsExactly(0x30);
  }

  @Test
  void aWideShiftLosesNothingOfAnElement() {
    unit.set(8, 0, 1).put(4, -1).put(6, 16 + 9);
    assertThat(unit.run(VV, 0x35, 2, 4, 6).elements(2, 1, 1)).containsExactly((short) 0xfe00);
    assertThat(unit.run(VI, 0x35, 2, 4, 4).elements(2, 1, 1)).containsExactly(0x0ff0);
  }
}
