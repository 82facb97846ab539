// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import java.util.stream.IntStream;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.fork.Took;
import tombolo.bench.suite.Samples;

/**
 * A number of one slice.
 *
 * @param calm whether both ends had a processor of their own all the time. Where somebody else had
 *     one of the two, the number is that of the host's scheduler
 */
record Slice(double value, boolean calm) {
  /** A thread that has less of its processor was interrupted for more than a moment. */
  private static final double OWN = 0.95;

  /** Where fewer slices are calm, they are too few to tell anything. */
  private static final double ENOUGH = 0.1;

  static Slice of(Contender contender, Took took) {
    return new Slice(took.numbers().getFirst(), contender.blocks() || took.processor() >= OWN);
  }

  /** Returns those of the calm slices, or of all where hardly any is calm. */
  static Samples samples(List<Slice> slices) {
    List<Double> calm = slices.stream().filter(Slice::calm).map(Slice::value).toList();
    return isEnough(calm.size(), slices.size())
        ? new Samples(calm)
        : Samples.of(slices, Slice::value);
  }

  /**
   * Divides round by round. Only rounds count in which both slices were calm; but all of them where
   * hardly any is.
   */
  static Samples ratios(List<Slice> ours, List<Slice> theirs) {
    int[] calm =
        IntStream.range(0, Math.min(ours.size(), theirs.size()))
            .filter(round -> ours.get(round).calm && theirs.get(round).calm)
            .toArray();
    return isEnough(calm.length, ours.size())
        ? Samples.ofRatios(values(ours, calm), values(theirs, calm))
        : Samples.ofRatios(values(ours), values(theirs));
  }

  private static boolean isEnough(int calm, int all) {
    return calm > 0 && calm >= ENOUGH * all;
  }

  private static List<Double> values(List<Slice> slices, int[] rounds) {
    return IntStream.of(rounds).mapToObj(round -> slices.get(round).value).toList();
  }

  private static List<Double> values(List<Slice> slices) {
    return slices.stream().map(Slice::value).toList();
  }

  /** Returns how many of a hundred slices are calm. */
  static double percentCalm(List<Slice> slices) {
    return 100.0 * slices.stream().filter(Slice::calm).count() / slices.size();
  }
}
