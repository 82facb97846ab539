// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.util.concurrent.TimeUnit;
import tombolo.bench.ring.contender.Arrivals;
import tombolo.bench.ring.contender.ProcessorShare;
import tombolo.bench.ring.contender.Sender;
import tombolo.bench.ring.contender.Size;

/**
 * The sending end. It puts marks into the stream of messages, which tell {@link Arrivals} what
 * counts. Used by the sending thread.
 */
final class Departures implements End {
  private final Sender out;
  private final Size size;
  private final Effort effort;
  private final ProcessorShare processor = new ProcessorShare();
  private long sequence;

  Departures(Sender out, Size size, Effort effort) {
    this.out = out;
    this.size = size;
    this.effort = effort;
  }

  @Override
  public Took take(Turn turn) {
    return switch (turn) {
      case STREAM -> streamSlice();
      case TIMED -> timedSlice();
      case FORGET, SUMMARY -> Took.NOTHING;
    };
  }

  private Took streamSlice() {
    stream(effort.leadInNanos());
    processor.begin();
    send(Arrivals.SLICE_BEGINS);
    stream(effort.sliceNanos());
    return end();
  }

  private Took timedSlice() {
    long interval = TimeUnit.SECONDS.toNanos(1) / effort.rate(size);
    onSchedule(effort.leadInNanos(), interval);
    processor.begin();
    send(Arrivals.TIMED_BEGINS);
    onSchedule(effort.sliceNanos(), interval);
    return end();
  }

  private Took end() {
    send(Arrivals.SLICE_ENDS);
    processor.end();
    return Took.of(processor.share());
  }

  private void stream(long nanos) {
    int batch = size.batch();
    long end = System.nanoTime() + nanos;
    do {
      for (int i = 0; i < batch; i++) {
        send(0);
      }
    } while (System.nanoTime() - end < 0);
  }

  /**
   * Sends by a schedule that waits for nobody. A message carries the time at which it is due, so
   * one that has to wait for those before it, or for a processor that somebody else has, counts
   * with that wait.
   */
  private void onSchedule(long nanos, long interval) {
    long begin = System.nanoTime() + interval;
    for (long due = begin; due - begin < nanos; due += interval) {
      while (System.nanoTime() - due < 0) {
        Thread.onSpinWait();
      }
      send(due);
    }
  }

  private void send(long first) {
    while (!out.trySend(first, sequence)) {
      out.idle();
    }
    sequence++;
  }
}
