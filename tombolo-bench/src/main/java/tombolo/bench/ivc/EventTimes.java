// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What happened in one slice.
 *
 * @param perSecond how many events a second
 * @param micros how long each took; empty where only their number is known
 */
record EventTimes(double perSecond, List<Double> micros) {
  /** Returns events whose times are known, of a slice of so many nanoseconds. */
  static EventTimes of(double[] micros, long nanos) {
    return new EventTimes(micros.length * 1e9 / nanos, DoubleStream.of(micros).boxed().toList());
  }

  /** Returns a number of events, of a slice of so many nanoseconds. */
  static EventTimes ofCount(long events, long nanos) {
    return new EventTimes(events * 1e9 / nanos, List.of());
  }
}
