// SPDX-License-Identifier: Apache-2.0

package tombolo.machine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where threads of the host wait for what workers do. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitersTest {
  private static final long FOREVER = Long.MAX_VALUE;

  private final Waiters waiters = new Waiters(HostServices.system());

  @Test
  void noChangeIsMissed() throws InterruptedException {
    int rounds = 20_000;
    AtomicInteger turn = new AtomicInteger();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; i < 2 * rounds; i += 2) {
                    int mine = i;
                    waiters.awaitUninterruptibly(() -> turn.get() == mine);
                    turn.incrementAndGet();
                    waiters.tell();
                  }
                });

    for (int i = 0; i < 2 * rounds; i += 2) {
      int mine = i;
      assertThat(waiters.await(() -> turn.get() == mine, FOREVER)).isTrue();
      turn.incrementAndGet();
      waiters.tell();
    }

    other.join();
    assertThat(turn).hasValue(2 * rounds);
  }

  @Test
  void aConditionThatUsesUpAPermitStillHearsTheChange() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();

    boolean held =
        waiters.await(
            () -> {
              boolean was = done.get();
              if (!was) { // the change comes between the test and the park, and its permit is lost
                done.set(true);
                waiters.tell();
                HostServices.system().scheduler().park(1);
              }
              return was;
            },
            FOREVER);

    assertThat(held).isTrue();
  }

  @Test
  void theTimeEndsAWait() throws InterruptedException {
    assertThat(waiters.await(() -> false, TimeUnit.MILLISECONDS.toNanos(1))).isFalse();
    assertThat(waiters.await(() -> true, 0)).isTrue();
  }

  @Test
  void anInterruptEndsAWaitOrIsKept() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> waiters.await(() -> false, FOREVER))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();

    Thread.currentThread().interrupt();
    waiters.awaitUninterruptibly(() -> true);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void onAHostOfOneThreadTheWaiterStepsTheWorkers() throws InterruptedException {
    HostServices host = new SteppedHost(1).services();
    Waiters here = new Waiters(host);
    AtomicInteger steps = new AtomicInteger();
    host.scheduler()
        .start(
            "worker",
            () -> {
              if (steps.incrementAndGet() < 10) {
                return host.clock().nanos() + 1_000_000;
              }
              here.tell();
              return Worker.DONE;
            });

    assertThat(here.await(() -> steps.get() == 10, FOREVER)).isTrue();
    assertThat(here.await(() -> false, TimeUnit.HOURS.toNanos(1))).isFalse();
    assertThat(host.clock().nanos()).isGreaterThan(TimeUnit.HOURS.toNanos(1));
  }
}
