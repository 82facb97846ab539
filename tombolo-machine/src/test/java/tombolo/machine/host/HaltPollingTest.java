// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.host.HaltPolling.FIRST_NANOS;
import static tombolo.machine.host.HaltPolling.MOST_NANOS;

import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class HaltPollingTest {
  private static final long NEVER = Long.MAX_VALUE;

  /** What a look at the clock or at the interrupts takes here. */
  private static final long LOOK = 100;

  private final Semaphore room = HaltPolling.room(2);
  private long now = 1_000_000;
  private int looks;
  private HaltPolling polling = new HaltPolling(() -> now, room);

  /**
   * A wait that ends after that long.
   *
   * @return nanoseconds of it that were polled, 0 if the hart parked at once
   */
  private long waitFor(long nanos, boolean byAnother, long timerNanos) {
    long begin = now;
    looks = 0;
    boolean over =
        polling.poll(
            timerNanos,
            () -> {
              now += LOOK;
              looks++;
              return now - begin < nanos;
            });
    long polled = looks == 0 ? 0 : now - begin;
    now = Math.max(now, begin + nanos);
    if (!over) {
      polling.parked(byAnother);
    }
    return polled;
  }

  private long waitForAnother(long nanos) {
    return waitFor(nanos, true, NEVER);
  }

  /** Opens the window as wide as it goes. */
  private void ringOften() {
    for (int i = 0; i < 10; i++) {
      waitForAnother(MOST_NANOS - LOOK);
    }
    assertThat(polling.window()).isEqualTo(MOST_NANOS);
  }

  @Test
  void theFirstWaitParksAtOnce() {
    assertThat(waitForAnother(FIRST_NANOS)).isZero();
  }

  @Test
  void theWindowDoublesWhileWakeUpsComeSoonAfterItHasClosed() {
    long[] windows = new long[7];
    for (int i = 0; i < windows.length; i++) {
      waitForAnother(MOST_NANOS);
      windows[i] = polling.window();
    }
    assertThat(windows)
        .containsExactly(10_000, 20_000, 40_000, 80_000, 160_000, MOST_NANOS, MOST_NANOS);
  }

  @Test
  void aPollThatHelpsStaysAsItIs() {
    waitForAnother(50_000);
    assertThat(waitForAnother(FIRST_NANOS / 2)).isLessThan(FIRST_NANOS);
    assertThat(polling.window()).isEqualTo(FIRST_NANOS);
  }

  @Test
  void aPollEndsWithTheInterrupt() {
    ringOften();
    assertThat(waitForAnother(30_000)).isBetween(30_000L, 30_000L + LOOK);
  }

  @Test
  void aPollEndsWithItsWindow() {
    ringOften();
    assertThat(waitForAnother(1_000_000_000)).isBetween(MOST_NANOS, MOST_NANOS + 2 * LOOK);
  }

  @Test
  void anIdleHartPollsOnceInVainAndNotAgain() {
    ringOften();
    assertThat(waitForAnother(MOST_NANOS + 1)).isPositive();
    assertThat(polling.window()).isZero();
    for (int i = 0; i < 10; i++) {
      assertThat(waitForAnother(10_000_000)).isZero();
    }
  }

  @Test
  void theOwnTimerNeverOpensTheWindow() {
    for (int i = 0; i < 10; i++) {
      waitFor(FIRST_NANOS, false, FIRST_NANOS);
    }
    assertThat(polling.window()).isZero();
  }

  @Test
  void aPollInVainThatTheTimerEndsClosesTheWindow() {
    waitForAnother(50_000);
    assertThat(waitFor(2 * FIRST_NANOS, false, 2 * FIRST_NANOS)).isPositive();
    assertThat(polling.window()).isZero();
  }

  @Test
  void noPollIsBegunThatTheTimerWouldEnd() {
    ringOften();
    assertThat(waitFor(MOST_NANOS, false, MOST_NANOS)).isZero();
    assertThat(polling.window()).as("and nothing is learnt of it").isEqualTo(MOST_NANOS);
  }

  @Test
  void onOneProcessorNobodyPolls() {
    polling = new HaltPolling(() -> now, HaltPolling.room(1));
    ringOften();
    assertThat(waitForAnother(FIRST_NANOS)).isZero();
  }

  @Test
  void oneProcessorIsLeftForWhoeverEndsThePolls() throws InterruptedException {
    ringOften();
    room.acquire(); // another hart polls on the other one
    assertThat(waitForAnother(FIRST_NANOS)).isZero();
    room.release();
    assertThat(waitForAnother(FIRST_NANOS)).isPositive();
  }
}
