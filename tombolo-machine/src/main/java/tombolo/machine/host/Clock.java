// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.time.Instant;

/** The time of a topology. Thread-safe, monotonic. */
@FunctionalInterface
public interface Clock {
  /** Returns nanoseconds since a fixed but arbitrary moment; never less than an earlier answer. */
  long nanos();

  /**
   * Returns the date: nanoseconds since 1970-01-01T00:00Z. The date can jump where somebody sets
   * the host's clock, so a VM asks for it once, when it is made. A virtual clock starts in 1970.
   */
  default long epochNanos() {
    return nanos();
  }

  /**
   * Returns a clock of the same time on which it is now this date.
   *
   * @param date from 1970 to 2261
   * @throws ArithmeticException if the date is out of range
   */
  default Clock startingAt(Instant date) {
    long now =
        Math.addExact(Math.multiplyExact(date.getEpochSecond(), 1_000_000_000L), date.getNano());
    return new DatedClock(this, now - nanos());
  }

  /** Returns the host's monotonic clock, with the host's date. */
  static Clock system() {
    return SystemClock.HOST;
  }

  /** A clock with a date of its own. */
  record DatedClock(Clock time, long offset) implements Clock {
    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public long epochNanos() {
      return time.nanos() + offset;
    }
  }

  /** The host's clock. */
  enum SystemClock implements Clock {
    /** The only one. */
    HOST;

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public long epochNanos() {
      Instant now = Instant.now();
      return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
  }
}
