// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import tombolo.ivc.grant.DoorbellRate;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * A bucket of tokens for what one endpoint may do to another: full at first, a token comes each
 * interval. It is kept as the moment at which it would be full: one number, and no timer. Not
 * thread-safe; guarded by the lock of the inbox that it protects.
 */
public final class TokenBucket {
  private static final long SECOND = 1_000_000_000;

  private final long interval;
  private final long depth;

  /** The time at which it is full again; a past time means that it is full. */
  private long fullAt;

  /**
   * Makes a full bucket.
   *
   * @param now the present time, in nanoseconds
   */
  public TokenBucket(DoorbellRate rate, long now) {
    interval = SECOND / rate.perSecond();
    depth = interval * (rate.burst() - 1);
    fullAt = now;
  }

  /** Takes a token and returns 0, or returns in how many nanoseconds there is one. */
  long take(long now) {
    long full = Math.max(fullAt - now, 0);
    if (full > depth) {
      return full - depth;
    }
    fullAt = now + full + interval;
    return 0;
  }

  /** Writes in how many nanoseconds it is full. */
  void save(StateWriter out, long now) {
    out.number(Math.max(fullAt - now, 0));
  }

  void restore(StateReader in, long now) {
    long left = in.int64();
    if (left < 0 || left > depth + interval) {
      throw in.wrong("a bucket that is full in %d ns".formatted(left));
    }
    fullAt = now + left;
  }
}
