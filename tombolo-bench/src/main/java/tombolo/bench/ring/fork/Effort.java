// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.util.concurrent.TimeUnit;

/**
 * How long a contender is measured at a time.
 *
 * @param warmUps slices of each kind that do not count, before the first that does
 * @param leadInMicros how long a slice runs before it counts: its threads wake up, and its memory
 *     comes back into the caches
 * @param sliceMicros how long a slice counts
 */
public record Effort(int warmUps, int leadInMicros, int sliceMicros) {
  /** Shows only that it works. */
  public static final Effort QUICK = new Effort(2, 500, 5_000);

  public static final Effort FULL = new Effort(40, 2_000, 20_000);

  long leadInNanos() {
    return TimeUnit.MICROSECONDS.toNanos(leadInMicros);
  }

  long sliceNanos() {
    return TimeUnit.MICROSECONDS.toNanos(sliceMicros);
  }
}
