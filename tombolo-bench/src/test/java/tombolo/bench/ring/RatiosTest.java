// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RatiosTest {
  private static final Ratios RATIOS =
      new Ratios(
          Map.of(
              Contender.TOMBOLO, rates(200, 20, 300),
              Contender.AGRONA_ONE_TO_ONE, rates(100, 10, 100),
              Contender.AERON, rates(50, 1_000, 50),
              Contender.MEMCPY, rates(400, 40, 300)));

  private static List<Measured> rates(double... rates) {
    return DoubleStream.of(rates).mapToObj(rate -> new Measured(rate, 1e9 / rate, 0, 0)).toList();
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsRatios() {
    assertThat(RATIOS.rateIn(Contender.TOMBOLO, Contender.MEMCPY)).hasValue(0.5);
  }

  @Test
  void theBestPeerIsTheOneWithTheBestMedian() {
    assertThat(RATIOS.rateInBestPeers(Contender.TOMBOLO)).hasValue(2);
    assertThat(RATIOS.p50InBestPeers(Contender.TOMBOLO)).hasValue(0.5);
  }

  @Test
  void withoutOneOfBothThereIsNone() {
    assertThat(RATIOS.rateIn(Contender.TOMBOLO, Contender.PIPE)).isEmpty();
    assertThat(RATIOS.rateInBestPeers(Contender.TOMBOLO_CLAIM)).isEmpty();
    assertThat(new Ratios(Map.of(Contender.TOMBOLO, rates(1))).rateInBestPeers(Contender.TOMBOLO))
        .isEmpty();
  }
}
