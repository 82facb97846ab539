// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.Locale;
import java.util.stream.Stream;
import tombolo.bench.BenchmarkException;

/**
 * What one fork has measured. Latencies are one way, in nanoseconds, from when a message was due to
 * be sent to when its receiver had it; all are NaN where nothing is received.
 *
 * @param rate messages a second, sent as fast as they go: the median of the stream's parts, because
 *     one in which somebody else had a processor says nothing of the contender
 * @param p50 the median of the latencies
 * @param p99 their 99th percentile
 * @param p999 their 99.9th
 */
record Measured(double rate, double p50, double p99, double p999) {
  private static final String LINE = "measured ";

  /** For the suite's process. */
  String line() {
    return LINE + String.format(Locale.ROOT, "%.3f %.0f %.0f %.0f", rate, p50, p99, p999);
  }

  /**
   * Finds that line in what a fork printed.
   *
   * @throws BenchmarkException if it is not there
   */
  static Measured parse(String printed) {
    String line =
        printed
            .lines()
            .filter(candidate -> candidate.startsWith(LINE))
            .findFirst()
            .orElseThrow(() -> new BenchmarkException("a fork printed no result: " + printed));
    double[] numbers =
        Stream.of(line.substring(LINE.length()).split(" ", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();
    return new Measured(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  boolean hasLatency() {
    return !Double.isNaN(p50);
  }
}
