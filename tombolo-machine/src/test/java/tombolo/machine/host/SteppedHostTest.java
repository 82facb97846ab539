// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One thread steps all workers, in an order and at times that follow from the seed. */
class SteppedHostTest {
  private final SteppedHost host = new SteppedHost(1);
  private final Scheduler scheduler = host.services().scheduler();
  private final Clock clock = host.services().clock();

  @Test
  void aSeedGivesAScheduleAndAnotherSeedAnother() {
    assertThat(schedule(7)).isEqualTo(schedule(7)).isNotEqualTo(schedule(8));
  }

  private static List<String> schedule(long seed) {
    SteppedHost host = new SteppedHost(seed);
    List<String> order = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      int[] left = {20};
      host.services()
          .scheduler()
          .start(
              name,
              () -> {
                order.add(name + host.services().scheduler().budget());
                return --left[0] == 0 ? Worker.DONE : Worker.AGAIN;
              });
    }
    while (host.step()) {
      // to the end
    }
    assertThat(order).hasSize(60);
    return order;
  }

  @Test
  void timeJumpsToTheNextDeadlineWhereNobodyHasWork() {
    long[] steppedAt = new long[2];
    int[] steps = {0};
    scheduler.start(
        "sleeper",
        () -> {
          steppedAt[steps[0]] = clock.nanos();
          return steps[0]++ == 0 ? clock.nanos() + 5_000_000_000L : Worker.DONE;
        });

    while (host.step()) {
      // to the end
    }

    assertThat(steppedAt[1] - steppedAt[0]).isEqualTo(5_000_000_000L);
  }

  @Test
  void aWakeDuringAStepGivesAnotherStep() {
    Task[] self = new Task[1];
    int[] steps = {0};
    self[0] =
        scheduler.task(
            "worker",
            Scheduler.Idle.PARK,
            () -> {
              if (++steps[0] == 1) {
                self[0].wake();
              }
              return Worker.UNTIL_WOKEN;
            });
    self[0].start();

    while (host.step()) {
      // until it waits
    }

    assertThat(steps[0]).isEqualTo(2);
  }

  @Test
  void whoeverWaitsForTheEndOfAWorkerStepsIt() {
    int[] left = {3};
    Task task = scheduler.start("worker", () -> --left[0] == 0 ? Worker.DONE : Worker.AGAIN);

    task.awaitEnd();

    assertThat(task.hasEnded()).isTrue();
    assertThat(host.steps()).isEqualTo(3);
  }

  @Test
  void aWaitThatNothingCanEndIsRefused() {
    Task task = scheduler.start("idle", () -> Worker.UNTIL_WOKEN);

    assertThatIllegalStateException()
        .isThrownBy(task::awaitEnd)
        .withMessageContaining("end this wait");
  }

  @Test
  void aWorkersStepMustNotWait() {
    Task task =
        scheduler.start(
            "parks",
            () -> {
              scheduler.park(1);
              return Worker.DONE;
            });

    assertThatIllegalStateException().isThrownBy(host::step).withMessageContaining("must not wait");
    assertThat(task.hasEnded()).isTrue();
  }

  @Test
  void aFailureThatAWorkerTellsOfIsNotThrownAtWhoeverStepsIt() {
    int[] told = {0};
    Task fails =
        scheduler.start(
            "fails",
            new Worker() {
              @Override
              public long step() {
                throw new OutOfMemoryError("on purpose");
              }

              @Override
              public boolean failed(String name, Throwable cause) {
                told[0]++;
                return true;
              }
            });
    int[] left = {3};
    Task other = scheduler.start("other", () -> --left[0] == 0 ? Worker.DONE : Worker.AGAIN);

    other.awaitEnd();
    fails.awaitEnd();

    assertThat(told[0]).isEqualTo(1);
  }

  @Test
  void parkingLetsTimeGoOnWhereNoWorkerHasWork() {
    long before = clock.nanos();
    scheduler.park(1_000);
    assertThat(clock.nanos() - before).isEqualTo(1_000);
  }
}
