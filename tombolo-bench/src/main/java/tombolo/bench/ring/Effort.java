// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.concurrent.TimeUnit;

/** How long a fork does what. All fields in milliseconds. */
enum Effort {
  /** Shows only that it works. */
  QUICK(10, 10, 5, 20),
  FULL(600, 500, 150, 500);

  private final long warmUp;
  private final long stream;
  private final long timedWarmUp;
  private final long timed;

  Effort(long warmUp, long stream, long timedWarmUp, long timed) {
    this.warmUp = warmUp;
    this.stream = stream;
    this.timedWarmUp = timedWarmUp;
    this.timed = timed;
  }

  /** Nanoseconds of streaming that are not counted. */
  long warmUpNanos() {
    return TimeUnit.MILLISECONDS.toNanos(warmUp);
  }

  /** Nanoseconds of streaming that are. */
  long streamNanos() {
    return TimeUnit.MILLISECONDS.toNanos(stream);
  }

  /** Nanoseconds at a fixed rate that are not counted. */
  long timedWarmUpNanos() {
    return TimeUnit.MILLISECONDS.toNanos(timedWarmUp);
  }

  /** Nanoseconds at a fixed rate that are. */
  long timedNanos() {
    return TimeUnit.MILLISECONDS.toNanos(timed);
  }
}
