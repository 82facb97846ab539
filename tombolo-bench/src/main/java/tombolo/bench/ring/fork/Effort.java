// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.util.concurrent.TimeUnit;
import tombolo.bench.ring.contender.Size;

/**
 * How long a contender is measured at a time.
 *
 * @param warmUps slices of each kind that do not count, before the first that does
 * @param leadInMicros how long a slice runs before it counts: its threads wake up, and its memory
 *     comes back into the caches
 * @param sliceMicros how long a slice counts
 * @param mostRate most messages a second on a schedule, whatever their size
 */
public record Effort(int warmUps, int leadInMicros, int sliceMicros, int mostRate) {
  private static final int ONE_HOST = 1_000_000;

  /** Shows only that it works. */
  public static final Effort QUICK = new Effort(2, 500, 5_000, ONE_HOST);

  public static final Effort FULL = new Effort(40, 2_000, 20_000, ONE_HOST);

  /** Returns the same effort with at most this many messages a second on a schedule. */
  public Effort withMostRate(int messages) {
    return new Effort(warmUps, leadInMicros, sliceMicros, messages);
  }

  /** Returns the messages a second on the schedule of messages of a size. */
  public int rate(Size size) {
    return Math.min(size.rate(), mostRate);
  }

  long leadInNanos() {
    return TimeUnit.MICROSECONDS.toNanos(leadInMicros);
  }

  long sliceNanos() {
    return TimeUnit.MICROSECONDS.toNanos(sliceMicros);
  }
}
