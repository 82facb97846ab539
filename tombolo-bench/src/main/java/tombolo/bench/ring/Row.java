// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.List;

/**
 * What was measured of one contender. Numbers with the same index are of the same round as those of
 * other contenders in the same table.
 *
 * @param rates messages a second, of each slice
 * @param p50s medians of the latencies in nanoseconds, of each slice
 * @param p99s 99th percentiles of all latencies, of each run
 * @param p999s 99.9th percentiles of all latencies, of each run
 */
record Row(List<Slice> rates, List<Slice> p50s, List<Double> p99s, List<Double> p999s) {
  Row() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  boolean hasLatency() {
    return !p50s.isEmpty();
  }
}
