// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import tombolo.bench.BenchmarkException;
import tombolo.bench.Samples;

/**
 * The receiving end's side of a measurement: checks every message, counts while they stream, and
 * records latencies while they come at a fixed rate. Which of both, the sender says by marks in
 * place of the message's first word. Used by the receiving thread.
 */
final class Arrivals {
  /** From here on messages are counted. */
  static final long STREAM_BEGINS = Long.MIN_VALUE;

  /** Here a part of the stream ends, and perhaps another one begins. */
  static final long PART_ENDS = Long.MIN_VALUE + 1;

  /** From here on a message's first word is when it was due, by System.nanoTime. */
  static final long STREAM_ENDS = Long.MIN_VALUE + 2;

  /** From here on latencies count. */
  static final long TIMED_BEGINS = Long.MIN_VALUE + 3;

  /** Nothing follows. */
  static final long DONE = Long.MIN_VALUE + 4;

  private static final int POLLS = 1_000;
  private static final long LONGEST = 60_000_000_000L;

  private final int length;
  private final Histogram latencies = new Histogram(LONGEST, 3);
  private final List<Double> rates = new ArrayList<>();

  private long due;
  private boolean timed;
  private boolean done;
  private long beginSequence;
  private long beginNanos;

  /**
   * @param length of each message, in bytes
   */
  Arrivals(int length) {
    this.length = length;
  }

  /**
   * A message has come.
   *
   * @throws BenchmarkException if it is not the next one, or not a whole one
   */
  void message(int bytes, long first, long sequence) {
    if (sequence != due || bytes != length) {
      throw new BenchmarkException(
          "message %d of %d bytes came where message %d of %d was due"
              .formatted(sequence, bytes, due, length));
    }
    due = sequence + 1;
    if (first <= DONE) {
      mark(first);
    } else if (timed) {
      latencies.recordValue(Math.clamp(System.nanoTime() - first, 0, LONGEST));
    }
  }

  private void mark(long mark) {
    long now = System.nanoTime();
    if (mark == PART_ENDS) {
      rates.add((due - beginSequence) * 1e9 / (now - beginNanos));
    }
    if (mark == STREAM_BEGINS || mark == PART_ENDS) {
      beginSequence = due;
      beginNanos = now;
    } else if (mark == STREAM_ENDS) {
      timed = true;
    } else if (mark == TIMED_BEGINS) {
      latencies.reset();
    } else if (mark == DONE) {
      done = true;
    }
  }

  /** Receives everything up to the last mark. */
  Measured receive(Receiver in) {
    while (!done) {
      poll(in);
    }
    return new Measured(
        new Samples(rates).median(),
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        latencies.getValueAtPercentile(99.9));
  }

  /** Not all in one call, so that it is compiled as a whole and entered anew. */
  private void poll(Receiver in) {
    for (int i = 0; i < POLLS && !done; i++) {
      in.idle(in.poll());
    }
  }
}
