// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void theMedianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
    assertThat(new Samples(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2);
    assertThat(new Samples(List.of(9.0, 1.0, 2.0, 4.0)).median()).isEqualTo(3);
    assertThat(new Samples(List.of(7.0)).median()).isEqualTo(7);
  }

  @Test
  void theyArePrintedWithTheirRange() {
    assertThat(new Samples(List.of(210.4, 190.0, 220.0))).hasToString("210 [190–220]");
  }

  @Test
  void noSamplesHaveNoMedian() {
    assertThatThrownBy(() -> new Samples(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void figuresHaveFourSignificantDigitsAndNoExponent() {
    assertThat(new Report.Figure("a.b", 1234567.8, "ns/op"))
        .hasToString("figure a.b 1234568 ns/op");
    assertThat(new Report.Figure("a.b", 234.56, "MIPS")).hasToString("figure a.b 234.6 MIPS");
    assertThat(new Report.Figure("a.b", 0.0625, "x")).hasToString("figure a.b 0.063 x");
  }
}
