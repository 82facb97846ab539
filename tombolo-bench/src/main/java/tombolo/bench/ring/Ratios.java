// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tombolo.bench.Samples;

/**
 * One contender's numbers in another's. A ratio is that of two runs of one round, which saw the
 * same machine, and then the median of the rounds' ratios.
 *
 * @param rows of each contender as many rounds, in the same order
 */
record Ratios(Map<Contender, List<Measured>> rows) {
  /** In the rate of the peer whose median rate is the highest; empty if there is none. */
  OptionalDouble rateInBestPeers(Contender own) {
    return inBestPeers(own, Measured::rate, Comparator.reverseOrder());
  }

  /** In the median latency of the peer whose median latency is the lowest. */
  OptionalDouble p50InBestPeers(Contender own) {
    return inBestPeers(own, Measured::p50, Comparator.naturalOrder());
  }

  /**
   * The best by the medians, not each round's best: that would be one which luck chose, and Tombolo
   * has one try a round.
   */
  private OptionalDouble inBestPeers(
      Contender own, ToDoubleFunction<Measured> quantity, Comparator<Double> bestFirst) {
    return Contender.PEERS.stream()
        .filter(rows::containsKey)
        .min(
            Comparator.comparing(
                peer -> Samples.of(rows.getOrDefault(peer, List.of()), quantity).median(),
                bestFirst))
        .map(peer -> in(own, peer, quantity))
        .orElse(OptionalDouble.empty());
  }

  /** In the rate of one other contender; empty if one of both is not there. */
  OptionalDouble rateIn(Contender own, Contender other) {
    return in(own, other, Measured::rate);
  }

  private OptionalDouble in(Contender own, Contender other, ToDoubleFunction<Measured> quantity) {
    List<Measured> ours = rows.getOrDefault(own, List.of());
    List<Measured> theirs = rows.getOrDefault(other, List.of());
    if (ours.isEmpty() || theirs.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> ratios =
        IntStream.range(0, ours.size())
            .mapToObj(
                round ->
                    quantity.applyAsDouble(ours.get(round))
                        / quantity.applyAsDouble(theirs.get(round)))
            .toList();
    return OptionalDouble.of(new Samples(ratios).median());
  }
}
