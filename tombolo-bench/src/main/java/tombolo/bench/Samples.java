// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The same quantity, measured several times, in ascending order; at least once. */
public record Samples(List<Double> sorted) {
  public Samples {
    sorted = sorted.stream().sorted().toList();
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("no samples");
    }
  }

  public static <T> Samples of(Collection<T> runs, ToDoubleFunction<T> quantity) {
    return new Samples(runs.stream().map(quantity::applyAsDouble).toList());
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }

  public double min() {
    return sorted.getFirst();
  }

  public double max() {
    return sorted.getLast();
  }

  /** {@code median [min–max]}, in whole numbers. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.0f [%.0f–%.0f]", median(), min(), max());
  }
}
