// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Float.floatToRawIntBits;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.vector.Unit.FVF;
import static tombolo.riscv.vector.Unit.FVV;
import static tombolo.riscv.vector.Unit.word;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.fp.NanBox;
import tombolo.riscv.fp.RoundingMode;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Vector Floating-Point Instructions". */
class FloatOperationsTest {
  private static final int CONVERT = 0x12;
  private static final int UNARY = 0x13;

  private final Unit unit = new Unit();

  private double of(int function, double a, double b, double d) {
    unit.set(64, 0, 1);
    unit.put(4, doubleToRawLongBits(a)).put(6, doubleToRawLongBits(b));
    unit.put(2, doubleToRawLongBits(d)).run(FVV, function, 2, 4, 6);
    return Double.longBitsToDouble(unit.elements(2, 1)[0]);
  }

  @ParameterizedTest(name = "funct6 {0}")
  @CsvSource({
    "0x00, 9",
    "0x02, 3",
    "0x04, 3",
    "0x06, 6",
    "0x20, 2",
    "0x24, 18",
    "0x28, 36",
    "0x29, -36",
    "0x2a, 24",
    "0x2b, -24", // of vs1 and vd, with vs2
    "0x2c, 28",
    "0x2d, -28",
    "0x2e, 8",
    "0x2f, -8" // of vs1 and vs2, with vd
  })
  void operationsOnDoubles(String function, double result) {
    assertThat(of(Integer.decode(function), 6, 3, 10)).isEqualTo(result);
  }

  @Test
  void theScalarOfASingleIsUnboxed() {
    unit.set(32, 0, 1).put(4, floatToRawIntBits(1));
    unit.f[3] = NanBox.box(floatToRawIntBits(4));
    assertThat(unit.run(FVF, 0x27, 2, 4, 3).elements(2, 1)).containsExactly(floatToRawIntBits(3));
    unit.f[3] = floatToRawIntBits(4);
    assertThat(unit.run(FVF, 0x27, 2, 4, 3).elements(2, 1)).containsExactly(0x7fc00000);
  }

  @Test
  void whatIsMaskedOffRaisesNoFlags() {
    unit.set(32, 0, 2).mask(1, 0).put(4, floatToRawIntBits(1), floatToRawIntBits(1));
    unit.put(6, floatToRawIntBits(2), 0).put(2, 5, 5);
    unit.runMasked(FVV, 0x20, 2, 4, 6);
    assertThat(unit.elements(2, 2)).containsExactly(floatToRawIntBits(0.5f), 5);
    assertThat(unit.fp.flags).isZero();
    unit.run(FVV, 0x20, 2, 4, 6);
    assertThat(unit.fp.flags).isEqualTo(FpEnvironment.DZ);
  }

  @Test
  void comparisonsWithNansAreFalse() {
    unit.set(32, 0, 2).put(4, 0x7fc00000, 0).put(6, 0, floatToRawIntBits(-0f));
    assertThat(unit.run(FVV, 0x18, 2, 4, 6).bits(2, 2)).containsExactly(0, 1); // vmfeq
    assertThat(unit.fp.flags).isZero();
    assertThat(unit.run(FVV, 0x1c, 2, 4, 6).bits(2, 2)).containsExactly(1, 0); // vmfne
    assertThat(unit.run(FVV, 0x19, 2, 4, 6).bits(2, 2)).containsExactly(0, 1); // vmfle
    assertThat(unit.fp.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void sumsAreMadeInOrder() {
    unit.set(32, 0, 3)
        .put(4, floatToRawIntBits(1), floatToRawIntBits(0x1p24f), floatToRawIntBits(-0x1p24f));
    unit.put(6, 0);
    assertThat(unit.run(FVV, 0x03, 2, 4, 6).elements(2, 1)).containsExactly(0);
    assertThat(unit.run(FVV, 0x33, 2, 4, 6).elements(2, 1, 3))
        .containsExactly(doubleToRawLongBits(1)); // in double precision
  }

  @Test
  void wideOperationsHaveSingleOperands() {
    unit.set(32, 0, 1).put(4, floatToRawIntBits(0x1p-100f)).put(6, floatToRawIntBits(0x1p-100f));
    assertThat(unit.run(FVV, 0x38, 2, 4, 6).elements(2, 1, 3))
        .containsExactly(doubleToRawLongBits(0x1p-200));
    assertThat(unit.run(FVV, 0x34, 8, 2, 6).elements(8, 1, 3))
        .containsExactly(doubleToRawLongBits(0x1p-200 + 0x1p-100));
  }

  @Test
  void conversionsSaturateAndTruncate() {
    unit.set(32, 0, 3);
    unit.put(4, floatToRawIntBits(-1.5f), floatToRawIntBits(2.5f), floatToRawIntBits(1e20f));
    assertThat(unit.run(FVV, CONVERT, 2, 4, 0).elements(2, 3)).containsExactly(0, 2, -1);
    assertThat(unit.run(FVV, CONVERT, 2, 4, 1).elements(2, 3))
        .containsExactly(-2, 2, Integer.MAX_VALUE);
    assertThat(unit.run(FVV, CONVERT, 2, 4, 7).elements(2, 3))
        .containsExactly(-1, 2, Integer.MAX_VALUE);
    unit.set(16, -1, 3);
    unit.fp.flags = 0;
    assertThat(unit.run(FVV, CONVERT, 2, 4, 17).elements(2, 2)).containsExactly(-2, 2);
    assertThat(unit.elements(2, 3)[2]).isEqualTo(Short.MAX_VALUE);
    assertThat(unit.fp.flags).isEqualTo(FpEnvironment.NV | FpEnvironment.NX);
  }

  @Test
  void roundingToOddKeepsThatSomethingWasLost() {
    unit.set(64, 0, 2).put(4, doubleToRawLongBits(1 + 0x1p-40), doubleToRawLongBits(1));
    unit.set(32, -1, 2);
    assertThat(unit.run(FVV, CONVERT, 2, 4, 21).elements(2, 2))
        .containsExactly(floatToRawIntBits(1 + 0x1p-23f), floatToRawIntBits(1));
  }

  @Test
  void halvesAreOnlyConverted() {
    unit.set(16, 0, 2).put(4, 0x3c00, 0x7c01);
    assertThat(unit.run(FVV, CONVERT, 2, 4, 12).elements(2, 2, 2)) // vfwcvt.f.f.v
        .containsExactly(floatToRawIntBits(1), 0x7fc00000);
    assertThat(unit.fp.flags).isEqualTo(FpEnvironment.NV);
    assertThat(unit.run(FVV, CONVERT, 6, 2, 20).elements(6, 2)) // vfncvt.f.f.w
        .containsExactly(0x3c00, 0x7e00);
    assertThat(unit.execute(word(FVV, CONVERT, 6, 2, 21))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(word(FVV, CONVERT, 2, 4, 9))).isEqualTo(Outcome.ILLEGAL);
  }

  @Test
  void estimatesAreThoseOfTheSpecificationsExamples() {
    unit.set(32, 0, 2).put(4, 0x00718abc, 0x7f765432);
    assertThat(unit.run(FVV, UNARY, 2, 4, 5).elements(2, 2))
        .containsExactly(0x7e900000, 0x00214000);
    assertThat(unit.run(FVV, UNARY, 2, 4, 4).elements(2, 2))
        .containsExactly(0x5f080000, 0x1f820000);
  }

  @ParameterizedTest(name = "rounding mode {0}")
  @CsvSource({"0, 0x7f800000", "1, 0x7f7fffff", "2, 0x7f7fffff", "3, 0x7f800000"})
  void theReciprocalOfATinyNumberOverflows(int rm, String result) {
    unit.set(32, 0, 1).put(4, 1);
    assertThat(unit.vectors.execute(word(FVV, UNARY, 2, 4, 5), 2, rm)).isEqualTo(Outcome.DONE);
    assertThat(unit.elements(2, 1)).containsExactly(Long.decode(result));
    assertThat(unit.fp.flags).isEqualTo(FpEnvironment.OF | FpEnvironment.NX);
  }

  @Test
  void theRoundingModeIsTheCallers() {
    unit.set(32, 0, 1).put(4, floatToRawIntBits(1)).put(6, floatToRawIntBits(3));
    int divide = word(FVV, 0x20, 2, 4, 6);
    unit.vectors.execute(divide, 2, RoundingMode.RDN);
    long down = unit.elements(2, 1)[0];
    unit.vectors.execute(divide, 2, RoundingMode.RUP);
    assertThat(unit.elements(2, 1)[0]).isEqualTo(down + 1);
  }

  @Test
  void widthsWithoutNumbersAreIllegal() {
    for (int bits : new int[] {8, 16}) {
      unit.set(bits, 0, 1);
      assertThat(unit.execute(word(FVV, 0x00, 2, 4, 6))).isEqualTo(Outcome.ILLEGAL);
      assertThat(unit.execute(word(FVF, 0x17, 2, 0, 3))).isEqualTo(Outcome.ILLEGAL);
      assertThat(unit.execute(word(FVV, CONVERT, 2, 4, 0))).isEqualTo(Outcome.ILLEGAL);
    }
    unit.set(64, 0, 1);
    assertThat(unit.execute(word(FVV, 0x30, 2, 4, 6))).isEqualTo(Outcome.ILLEGAL);
  }
}
