// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.MVV;
import static tombolo.riscv.vector.Unit.VI;
import static tombolo.riscv.vector.Unit.VV;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RISC-V V, "Vector Fixed-Point Arithmetic Instructions". */
class FixedPointTest {
  private final Unit unit = new Unit();

  @ParameterizedTest(name = "funct6 {0} of elements of {1} bits")
  @CsvSource({
    "0x20, 8, -1, 1, -1, 1", // vsaddu
    "0x20, 64, -2, 1, -1, 0",
    "0x21, 8, 100, 100, 127, 1", // vsadd
    "0x21, 64, -9223372036854775808, -1, -9223372036854775808, 1",
    "0x22, 16, 1, 2, 0, 1", // vssubu
    "0x23, 32, -2147483648, 1, -2147483648, 1", // vssub
    "0x23, 32, 5, 7, -2, 0",
    "0x27, 8, -128, -128, 127, 1", // vsmul
    "0x27, 64, -9223372036854775808, -9223372036854775808, 9223372036854775807, 1",
    "0x27, 16, 16384, 16384, 8192, 0"
  })
  void saturationSetsVxsat(String function, int bits, long a, long b, long result, int vxsat) {
    unit.set(bits, 0, 1).put(4, a).put(6, b);
    assertThat(unit.run(VV, Integer.decode(function), 2, 4, 6).elements(2, 1))
        .containsExactly(result);
    assertThat(unit.vectors.vxsat()).isEqualTo(vxsat);
  }

  @Test
  void whatIsMaskedOffSaturatesNothing() {
    unit.set(8, 0, 2).mask(1, 0).put(4, 1, 100).put(6, 1, 100);
    unit.runMasked(VV, 0x21, 2, 4, 6);
    assertThat(unit.vectors.vxsat()).isZero();
  }

  @ParameterizedTest(name = "vxrm {0}")
  @CsvSource({"0, 3, 2, -2", "1, 2, 2, -2", "2, 2, 1, -2", "3, 3, 1, -1"})
  void vxrmRoundsWhatIsShiftedOut(int mode, long half, long threeQuarters, long negative) {
    unit.vectors.setVxrm(mode);
    unit.set(8, 0, 3).put(4, 10, 7, -7); // 2.5, 1.75 and -1.75
    unit.run(VI, 0x2b, 2, 4, 2); // vssra
    assertThat(unit.elements(2, 3)).containsExactly(half, threeQuarters, negative);
  }

  @ParameterizedTest(name = "vxrm {0}")
  @CsvSource({"0, -3, 4", "1, -4, 4", "2, -4, 3", "3, -3, 3"})
  void averagesDoNotOverflow(int mode, long signed, long unsigned) {
    unit.vectors.setVxrm(mode);
    unit.set(64, 0, 1).put(4, -3).put(6, -4);
    assertThat(unit.run(MVV, 0x09, 2, 4, 6).elements(2, 1)).containsExactly(signed);
    unit.put(4, 7).put(6, 0);
    assertThat(unit.run(MVV, 0x0a, 2, 4, 6).elements(2, 1)).containsExactly(unsigned);
    unit.put(4, -1).put(6, -1);
    assertThat(unit.run(MVV, 0x08, 2, 4, 6).elements(2, 1)).containsExactly(-1);
  }

  @Test
  void clipsSaturateWhatIsTooWide() {
    unit.set(16, 0, 3).put(4, 0x7fff, 0x0100, -300);
    unit.set(8, 0, 3);
    assertThat(unit.run(VI, 0x2f, 2, 4, 0).elements(2, 3)).containsExactly(127, 127, -128);
    assertThat(unit.run(VI, 0x2e, 2, 4, 8).elements(2, 3)).containsExactly(-128, 1, -1);
    assertThat(unit.vectors.vxsat()).isEqualTo(1);
  }
}
