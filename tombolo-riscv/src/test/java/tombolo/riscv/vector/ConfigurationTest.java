// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** RISC-V V, "Configuration-Setting Instructions", with VLEN of 128. */
class ConfigurationTest {
  private static final long VILL = 1L << 63;

  private final Unit unit = new Unit();
  private final VectorUnit vectors = unit.vectors;

  /** vsetvli rd, rs1, type. */
  private long configure(int rd, int rs1, int type) {
    assertThat(unit.execute(0x00007057 | type << 20 | rs1 << 15 | rd << 7)).isEqualTo(Outcome.DONE);
    return unit.x[rd];
  }

  @ParameterizedTest(name = "SEW {0}, LMUL 2^{1}")
  @CsvSource({"8, 0, 16", "8, 3, 128", "8, -3, 2", "64, 0, 2", "64, 3, 16", "32, -1, 2"})
  void theLongestLengthFollowsFromWidthAndGroup(int bits, int multiplier, long most) {
    int type = Integer.numberOfTrailingZeros(bits / 8) << 3 | (multiplier & 7);
    assertThat(configure(5, 0, type)).isEqualTo(most);

    unit.x[6] = most - 1;
    assertThat(configure(5, 6, type)).isEqualTo(most - 1);
    unit.x[6] = most + 1;
    assertThat(configure(5, 6, type)).isEqualTo(most);
    unit.x[6] = -1; // an unsigned number
    assertThat(configure(5, 6, type)).isEqualTo(most);
    assertThat(vectors.vtype()).isEqualTo(type);
  }

  @Test
  void withoutRegistersTheLengthStays() {
    unit.x[6] = 3;
    configure(5, 6, 2 << 3); // SEW 32
    configure(0, 0, 1 << 3 | 7); // SEW 16, LMUL 1/2: the same number of elements
    assertThat(vectors.vl()).isEqualTo(3);
  }

  @Test
  void theImmediateFormsHaveTheirLengthInTheInstruction() {
    assertThat(unit.execute(0xc0007057 | 9 << 15 | 5 << 7)).isEqualTo(Outcome.DONE);
    assertThat(unit.x[5]).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 4 << 3, 1 << 8, 1L << 63, 0x1f, 7 | 3 << 3, 5 | 1 << 3})
  void aTypeThatIsNotThereSetsVillAndLeavesNoLength(long type) {
    configure(5, 0, 0);
    unit.x[6] = 4;
    unit.x[7] = type == 0x1f ? 0x100 : type;
    assertThat(unit.execute(0x80007057 | 7 << 20 | 6 << 15 | 5 << 7)).isEqualTo(Outcome.DONE);
    assertThat(unit.x[5]).isZero();
    assertThat(vectors.vtype()).isEqualTo(VILL);
  }

  @Test
  void underVillOnlyWholeRegisterAccessesAreLegal() {
    assertThat(vectors.vtype()).isEqualTo(VILL);
    assertThat(unit.execute(Unit.word(Unit.VV, 0, 2, 4, 6))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(Unit.word(Unit.VI, 0x27, 2, 4, 0))).isEqualTo(Outcome.ILLEGAL);
    assertThat(unit.execute(0x02050007)).isEqualTo(Outcome.ILLEGAL); // vle8.v
    assertThat(unit.execute(0x02850007)).isEqualTo(Outcome.DONE); // vl1re8.v
  }

  @Test
  void everyInstructionThatEndsResetsVstart() {
    vectors.setVstart(5);
    configure(5, 0, 0);
    assertThat(vectors.vstart()).isZero();
    vectors.setVstart(128 + 5); // of seven bits
    assertThat(vectors.vstart()).isEqualTo(5);
    assertThat(unit.execute(Unit.word(Unit.VV, 0x2f, 1, 2, 3))).isEqualTo(Outcome.ILLEGAL);
    assertThat(vectors.vstart()).isEqualTo(5);
  }
}
