// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What an end says of a turn.
 *
 * @param processor how much of a processor its thread had while the turn counted: 1 is one of its
 *     own. Of several ends, that of the one that had the least
 * @param numbers what {@link Turn} names; none from an end that only sends
 */
public record Took(double processor, List<Double> numbers) {
  /** The answer of an end that had nothing to do. */
  static final Took NOTHING = of(1);

  static Took of(double processor, double... numbers) {
    return new Took(processor, DoubleStream.of(numbers).boxed().toList());
  }

  /** Returns what both ends say of one turn. */
  Took and(Took other) {
    return new Took(
        Math.min(processor, other.processor),
        Stream.concat(numbers.stream(), other.numbers.stream()).toList());
  }

  /** Returns a line for the suite's process. */
  String line() {
    return Stream.concat(Stream.of(processor), numbers.stream())
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** Reads such a line. */
  static Took parse(String line) {
    List<Double> all = Stream.of(line.split(" ", -1)).map(Double::valueOf).toList();
    return new Took(all.getFirst(), all.subList(1, all.size()));
  }
}
