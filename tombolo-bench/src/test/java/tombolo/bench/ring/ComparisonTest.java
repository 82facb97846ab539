// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tombolo.bench.ring.contender.Contender;

class ComparisonTest {
  private static final Map<Contender, Row> ROWS =
      Map.of(
          Contender.TOMBOLO, rates(200, 20, 300),
          Contender.AGRONA_ONE_TO_ONE, rates(100, 10, 100),
          Contender.AERON, rates(50, 1_000, 50),
          Contender.MEMCPY,
              new Row(
                  Stream.of(400.0, 40.0, 300.0).map(rate -> new Slice(rate, true)).toList(),
                  List.of(),
                  List.of(),
                  List.of()));

  private static Row rates(double... rates) {
    Row row = new Row(new ArrayList<>(), new ArrayList<>(), List.of(), List.of());
    DoubleStream.of(rates)
        .forEach(
            rate -> {
              row.rates().add(new Slice(rate, true));
              row.p50s().add(new Slice(1e9 / rate, true));
            });
    return row;
  }

  private static Comparison with(Contender other) {
    return Comparison.of(Contender.TOMBOLO, ROWS).stream()
        .filter(comparison -> comparison.other() == other)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsRatios() {
    assertThat(with(Contender.MEMCPY).rate().median()).isEqualTo(0.5);
    assertThat(with(Contender.AGRONA_ONE_TO_ONE).rate().sorted()).containsExactly(2.0, 2.0, 3.0);
  }

  @Test
  void whereNothingIsReceivedNoLatenciesAreCompared() {
    assertThat(with(Contender.MEMCPY).p50()).isEmpty();
    assertThat(with(Contender.AERON).p50())
        .hasValueSatisfying(ratios -> assertThat(ratios.median()).isEqualTo(0.25));
  }

  @Test
  void theBestPeerIsTheOneThatMediansFavor() {
    List<Comparison> comparisons = Comparison.of(Contender.TOMBOLO, ROWS);

    assertThat(Comparison.rateVsBestPeer(comparisons))
        .hasValueSatisfying(ratios -> assertThat(ratios.median()).isEqualTo(2));
    assertThat(Comparison.p50VsBestPeer(comparisons))
        .hasValueSatisfying(ratios -> assertThat(ratios.median()).isEqualTo(0.5));
  }

  @Test
  void withoutOneOfBothThereIsNone() {
    assertThat(Comparison.of(Contender.TOMBOLO_CLAIM, ROWS)).isEmpty();
    List<Comparison> alone = Comparison.of(Contender.TOMBOLO, Map.of(Contender.TOMBOLO, rates(1)));
    assertThat(alone).isEmpty();
    assertThat(Comparison.rateVsBestPeer(alone)).isEmpty();
    assertThat(Comparison.p50VsBestPeer(alone)).isEmpty();
  }

  @Test
  void tombolosContendersAreNotComparedWithEachOther() {
    assertThat(
            Comparison.of(
                Contender.TOMBOLO_CLAIM,
                Map.of(Contender.TOMBOLO, rates(1), Contender.TOMBOLO_CLAIM, rates(1))))
        .isEmpty();
  }
}
