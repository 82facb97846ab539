// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * Spins between two looks at a ring, for as long as measurements say that it pays. For one thread.
 *
 * <p>A reader that has caught up with a busy writer and looks again at once takes, for every
 * message, the cache line that the writer is writing. The line goes back and forth and slows down
 * both sides. So a reader that has caught up with a stream leaves the writer alone for a moment, in
 * which it writes several messages. If few or no messages came in that moment, the pause did not
 * pay, and the reader pauses less and less often: a reader that waits for single messages looks all
 * the time.
 */
public final class Backoff {
  /** Number of vain looks after which the next message no longer belongs to the same stream. */
  private static final int STREAM = 2;

  /** Number of messages after a pause that make the pause worth while. */
  private static final int WORTH = 4;

  /** Turns of a pause: half a microsecond to a whole one on the processors measured. */
  private static final int TURNS = 32;

  private static final int MOST_SKIPPED = 1 << 14;

  /** Number of vain looks since the last message. */
  private int failures;

  /** Number of vain looks before the present run of messages. */
  private int gap = Integer.MAX_VALUE;

  /** Number of messages without a vain look between them. */
  private long run;

  private boolean paused;

  /** Number of pauses still to skip after the last vain one. */
  private int skipped;

  private int skips;

  /** Creates a backoff that has seen nothing yet. */
  public Backoff() {}

  /**
   * Spins a little, or not at all. The reader calls this after each look.
   *
   * @param count how many messages the look found; an {@link Answer}, or nothing, if not positive
   */
  public void idle(int count) {
    if (count <= 0) {
      Thread.onSpinWait();
    }
    if (isToPauseAfter(count)) {
      for (int i = 0; i < TURNS; i++) {
        Thread.onSpinWait();
      }
    }
  }

  /** Notes what a look has found and returns whether to pause now. */
  boolean isToPauseAfter(int count) {
    if (count > 0) {
      if (failures > 0) {
        gap = failures;
        failures = 0;
        run = 0;
      }
      run += count;
      return false;
    }
    if (failures < Integer.MAX_VALUE) {
      failures++;
    }
    return failures == 1 && isToPause();
  }

  /** Decides about a pause when the reader has just caught up. */
  private boolean isToPause() {
    if (run >= WORTH) {
      skips = 0;
      skipped = 0;
    } else if (paused) {
      skips = Math.min(2 * skips + 1, MOST_SKIPPED);
      skipped = skips;
    }
    paused = false;
    if (run < WORTH && gap > STREAM) {
      return false;
    }
    if (skipped > 0) {
      skipped--;
      return false;
    }
    paused = true;
    return true;
  }
}
