// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.suite.Samples;

/**
 * One contender against another, round by round.
 *
 * @param rate ratios of messages a second: more than 1 is faster than the other
 * @param p50 ratios of median latencies: less than 1 is faster; empty where one of both has none
 */
record Comparison(Contender other, Samples rate, Optional<Samples> p50) {
  /** Compares with all others that are not Tombolo's; with none if {@code own} was not measured. */
  static List<Comparison> of(Contender own, Map<Contender, Row> rows) {
    Row ours = rows.get(own);
    List<Comparison> comparisons = new ArrayList<>();
    if (ours != null) {
      rows.forEach(
          (other, theirs) -> {
            if (!Contender.OWN.contains(other)) {
              comparisons.add(
                  new Comparison(
                      other,
                      Slice.ratios(ours.rates(), theirs.rates()),
                      ours.hasLatency() && theirs.hasLatency()
                          ? Optional.of(Slice.ratios(ours.p50s(), theirs.p50s()))
                          : Optional.empty()));
            }
          });
    }
    return comparisons;
  }

  /** Returns the rates against the peer that comes off best; empty if there is no peer. */
  static Optional<Samples> rateVsBestPeer(List<Comparison> comparisons) {
    return comparisons.stream()
        .filter(comparison -> Contender.PEERS.contains(comparison.other))
        .map(Comparison::rate)
        .min(Comparator.comparingDouble(Samples::median));
  }

  /** Returns the latencies against the peer that comes off best; empty if there is no peer. */
  static Optional<Samples> p50VsBestPeer(List<Comparison> comparisons) {
    return comparisons.stream()
        .filter(comparison -> Contender.PEERS.contains(comparison.other))
        .flatMap(comparison -> comparison.p50.stream())
        .max(Comparator.comparingDouble(Samples::median));
  }
}
