// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import org.HdrHistogram.Histogram;
import tombolo.bench.suite.BenchmarkException;

/**
 * Checks every message that comes, and counts or times those between two marks. The sender sends
 * marks in place of a message's first word. Used by the receiving thread.
 */
public final class Arrivals {
  /** From here on messages are counted. */
  public static final long SLICE_BEGINS = Long.MIN_VALUE;

  /** From here on latencies count; a message's first word is when it was due. */
  public static final long TIMED_BEGINS = Long.MIN_VALUE + 1;

  /** Nothing follows in this turn. */
  public static final long SLICE_ENDS = Long.MIN_VALUE + 2;

  private static final int POLLS = 1_000;
  private static final long LONGEST = 60_000_000_000L;

  private final int length;
  private final Histogram latencies = new Histogram(LONGEST, 3);

  private final ProcessorShare processor = new ProcessorShare();

  private long due;
  private boolean timed;
  private boolean over;
  private long beginSequence;
  private long beginNanos;
  private double rate;

  /**
   * @param length of each message, in bytes
   */
  public Arrivals(int length) {
    this.length = length;
  }

  /**
   * Takes note of a message.
   *
   * @throws BenchmarkException if it is not the next one, or not a whole one
   */
  public void message(int bytes, long first, long sequence) {
    if (sequence != due || bytes != length) {
      throw new BenchmarkException(
          "message %d of %d bytes came where message %d of %d was due"
              .formatted(sequence, bytes, due, length));
    }
    due = sequence + 1;
    if (first <= SLICE_ENDS) {
      mark(first);
    } else if (timed) {
      latencies.recordValue(Math.clamp(System.nanoTime() - first, 0, LONGEST));
    }
  }

  private void mark(long mark) {
    long now = System.nanoTime();
    if (mark != SLICE_ENDS) {
      processor.begin();
    }
    if (mark == SLICE_BEGINS) {
      beginSequence = due;
      beginNanos = now;
    } else if (mark == TIMED_BEGINS) {
      timed = true;
    } else {
      rate = (due - beginSequence) * 1e9 / (now - beginNanos);
      timed = false;
      over = true;
      processor.end();
    }
  }

  /** Returns how much of a processor the receiving thread had in the latest slice. */
  public double processor() {
    return processor.share();
  }

  /** Receives everything up to the end of a slice. */
  public void await(Receiver in) {
    over = false;
    while (!over) {
      poll(in);
    }
  }

  /** Polls many times, but not for ever, so that it is compiled as a whole and entered anew. */
  private void poll(Receiver in) {
    for (int i = 0; i < POLLS && !over; i++) {
      in.idle(in.poll());
    }
  }

  /** Returns the messages a second of the latest slice that was streamed. */
  public double rate() {
    return rate;
  }

  /** Returns the latencies in nanoseconds since they were last reset. */
  public Histogram latencies() {
    return latencies;
  }
}
