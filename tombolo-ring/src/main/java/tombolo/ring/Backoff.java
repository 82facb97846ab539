// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * What a thread does between two looks at a ring, if it only spins. For one thread.
 *
 * <p>A reader that looks again at once when it has caught up with a busy writer takes, for every
 * message, the cache line that the writer is writing. The line goes back and forth, and both sides
 * are as slow as that. So a reader that has caught up with a stream leaves the writer alone for a
 * moment, in which it writes several messages. Where this did not pay, because few came or none,
 * the reader pauses less and less often: who waits for single messages looks all the time.
 */
public final class Backoff {
  /** Looks in vain after which the next message no longer belongs to the same stream. */
  private static final int STREAM = 2;

  /** Messages after a pause that make it worth while. */
  private static final int WORTH = 4;

  /** Half a microsecond to a whole one, on the processors we have measured. */
  private static final int TURNS = 32;

  private static final int MOST_SKIPPED = 1 << 14;

  /** Looks in vain since the last message. */
  private int failures;

  /** Looks in vain before the present run of messages. */
  private int gap = Integer.MAX_VALUE;

  /** Messages without a look in vain between them. */
  private long run;

  private boolean paused;

  /** Pauses to leave out, after the last one that was in vain. */
  private int skipped;

  private int skips;

  /** Makes one that has seen nothing yet. */
  public Backoff() {}

  /**
   * To be called after each look.
   *
   * @param count what it found; nothing, or an {@link Answer}, if not positive
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

  /** Notes what a look has found. */
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

  /** The reader has caught up just now. */
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
