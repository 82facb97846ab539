// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A histogram of latencies")
final class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void isZeroWhereNothingWasCounted() {
    assertThat(histogram.percentile(0.5)).isZero();
    assertThat(histogram.total()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 7, 8, 9, 15, 16, 17, 1000, 1 << 20, (1L << 40) + 1, Long.MAX_VALUE / 2})
  void isNeverTooSmallAndAtMostAnEighthTooLarge(long nanos) {
    histogram.add(nanos);
    assertThat(histogram.percentile(0.5)).isBetween(nanos, nanos + nanos / 8);
  }

  @Test
  void isExactBelowEight() {
    for (int i = 0; i < 8; i++) {
      histogram.add(i);
    }
    assertThat(histogram.percentile(0.5)).isEqualTo(3);
    assertThat(histogram.percentile(1)).isEqualTo(7);
  }

  @Test
  void countsWhatIsNegativeAsNothing() {
    histogram.add(-1);
    assertThat(histogram.percentile(1)).isZero();
    assertThat(histogram.total()).isEqualTo(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void agreesWithTheSortedTimes(long seed) {
    Random random = new Random(seed);
    long[] times = new long[10_000];
    for (int i = 0; i < times.length; i++) {
      times[i] = (long) Math.exp(random.nextDouble() * 30);
      histogram.add(times[i]);
    }
    Arrays.sort(times);
    for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
      long exact = times[(int) Math.ceil(share * times.length) - 1];
      assertThat(histogram.percentile(share)).isBetween(exact, exact + exact / 8);
    }
  }
}
