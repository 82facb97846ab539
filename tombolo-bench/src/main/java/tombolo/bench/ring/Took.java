// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.Arrays;
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
record Took(double processor, double... numbers) {
  /** The answer of an end that had nothing to do. */
  static final Took NOTHING = new Took(1);

  /** Returns what both ends say of one turn. */
  Took and(Took other) {
    double[] both = Arrays.copyOf(numbers, numbers.length + other.numbers.length);
    System.arraycopy(other.numbers, 0, both, numbers.length, other.numbers.length);
    return new Took(Math.min(processor, other.processor), both);
  }

  /** Returns a line for the suite's process. */
  String line() {
    return DoubleStream.concat(DoubleStream.of(processor), DoubleStream.of(numbers))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** Reads such a line. */
  static Took parse(String line) {
    double[] all = Stream.of(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
    return new Took(all[0], Arrays.copyOfRange(all, 1, all.length));
  }
}
