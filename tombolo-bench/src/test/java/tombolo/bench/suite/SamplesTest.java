// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

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
  void quartilesLieBetweenTheSamplesNextToThem() {
    Samples five = new Samples(List.of(50.0, 10.0, 40.0, 20.0, 30.0));
    assertThat(five.q1()).isEqualTo(20);
    assertThat(five.q3()).isEqualTo(40);
    Samples four = new Samples(List.of(4.0, 1.0, 3.0, 2.0));
    assertThat(four.q1()).isEqualTo(1.75);
    assertThat(four.q3()).isEqualTo(3.25);
    Samples one = new Samples(List.of(7.0));
    assertThat(one.q1()).isEqualTo(7);
    assertThat(one.q3()).isEqualTo(7);
  }

  /** A machine that slows down by ten for one pair changes no ratio. */
  @Test
  void ratiosAreTakenPairByPairAndNotOfMedians() {
    Samples ratios = Samples.ofRatios(List.of(20.0, 2.0, 20.0), List.of(10.0, 1.0, 40.0));

    assertThat(ratios.sorted()).containsExactly(0.5, 2.0, 2.0);
    assertThat(ratios.median()).isEqualTo(2);
    assertThat(ratios.count()).isEqualTo(3);
  }

  @Test
  void whatHasNoPartnerCannotBePaired() {
    assertThatThrownBy(() -> Samples.ofRatios(List.of(1.0, 2.0), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 measurements cannot be paired with 1");
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
