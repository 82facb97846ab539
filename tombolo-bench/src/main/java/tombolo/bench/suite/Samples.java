// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Several measurements of one quantity, at least one, in ascending order. */
public record Samples(List<Double> sorted) {
  public Samples {
    sorted = sorted.stream().sorted().toList();
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("no samples");
    }
  }

  /** Takes one quantity from each run. */
  public static <T> Samples of(Collection<T> runs, ToDoubleFunction<T> quantity) {
    return new Samples(runs.stream().map(quantity::applyAsDouble).toList());
  }

  /**
   * Divides pair by pair. The two numbers of a pair were measured right after each other, so both
   * saw the same machine; its moods cancel out in the ratio.
   *
   * @param ours the numerators, in the order of measurement
   * @param theirs the denominators, in the same order
   * @throws IllegalArgumentException if there are not as many of both
   */
  public static Samples ofRatios(List<Double> ours, List<Double> theirs) {
    if (ours.size() != theirs.size()) {
      throw new IllegalArgumentException(
          "%d measurements cannot be paired with %d".formatted(ours.size(), theirs.size()));
    }
    return new Samples(
        IntStream.range(0, ours.size()).mapToObj(i -> ours.get(i) / theirs.get(i)).toList());
  }

  /** Returns how many there are. */
  public int count() {
    return sorted.size();
  }

  /** Returns the middle one, or the mean of the two in the middle. */
  public double median() {
    return quantile(0.5);
  }

  /** Returns the first quartile: a quarter of the samples are below it. */
  public double q1() {
    return quantile(0.25);
  }

  /** Returns the third quartile: a quarter of the samples are above it. */
  public double q3() {
    return quantile(0.75);
  }

  /** Interpolates between the two samples on either side. */
  private double quantile(double share) {
    double at = share * (sorted.size() - 1);
    int below = (int) at;
    double low = sorted.get(below);
    double high = sorted.get(Math.min(below + 1, sorted.size() - 1));
    return low + (high - low) * (at - below);
  }

  /** Returns the least. */
  public double min() {
    return sorted.getFirst();
  }

  /** Returns the greatest. */
  public double max() {
    return sorted.getLast();
  }

  /** Returns {@code median [min–max]}, in whole numbers. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.0f [%.0f–%.0f]", median(), min(), max());
  }
}
