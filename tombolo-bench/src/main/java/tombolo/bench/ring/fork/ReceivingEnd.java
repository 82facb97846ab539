// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import org.HdrHistogram.Histogram;
import tombolo.bench.ring.contender.Arrivals;
import tombolo.bench.ring.contender.Receiver;

/** The receiving end, which measures. Used by the receiving thread. */
final class ReceivingEnd implements End {
  private final Receiver in;
  private final Arrivals arrivals;
  private final Histogram all;

  /**
   * @param in tells {@code arrivals} of its messages
   */
  ReceivingEnd(Receiver in, Arrivals arrivals) {
    this.in = in;
    this.arrivals = arrivals;
    this.all = new Histogram(arrivals.latencies());
  }

  @Override
  public Took take(Turn turn) {
    return switch (turn) {
      case STREAM -> took(streamSlice());
      case TIMED -> took(timedSlice());
      case FORGET -> {
        all.reset();
        yield Took.NOTHING;
      }
      case SUMMARY ->
          Took.of(
              1, (double) all.getValueAtPercentile(99), (double) all.getValueAtPercentile(99.9));
    };
  }

  private Took took(double number) {
    return Took.of(arrivals.processor(), number);
  }

  private double streamSlice() {
    arrivals.await(in);
    return arrivals.rate();
  }

  private double timedSlice() {
    arrivals.latencies().reset();
    arrivals.await(in);
    all.add(arrivals.latencies());
    return arrivals.latencies().getValueAtPercentile(50);
  }
}
