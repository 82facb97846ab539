// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.concurrent.TimeUnit;

/**
 * The sending end's side of a measurement: first as fast as messages go, then by a schedule that
 * does not wait for anybody, with marks for {@link Arrivals} in between. Used by the sending
 * thread.
 */
final class Departures {
  private static final int BATCH = 64;
  private static final int PARTS = 20;

  private final Sender out;
  private long sequence;

  Departures(Sender out) {
    this.out = out;
  }

  /** Sends all messages of a measurement. */
  void send(Effort effort, Size size) {
    // In parts, so that the loop is compiled as a whole and entered anew.
    for (int part = 0; part < PARTS; part++) {
      stream(effort.warmUpNanos() / PARTS);
    }
    send(Arrivals.STREAM_BEGINS);
    for (int part = 0; part < PARTS; part++) {
      stream(effort.streamNanos() / PARTS);
      send(Arrivals.PART_ENDS);
    }
    send(Arrivals.STREAM_ENDS);
    long interval = TimeUnit.SECONDS.toNanos(1) / size.rate();
    onSchedule(effort.timedWarmUpNanos(), interval);
    send(Arrivals.TIMED_BEGINS);
    onSchedule(effort.timedNanos(), interval);
    send(Arrivals.DONE);
  }

  private void stream(long nanos) {
    long end = System.nanoTime() + nanos;
    do {
      for (int i = 0; i < BATCH; i++) {
        send(0);
      }
    } while (System.nanoTime() - end < 0);
  }

  /**
   * A message carries the time at which it is due. So one that has to wait for those before it, or
   * for a processor that somebody else has, counts with that wait.
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
