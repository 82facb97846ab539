// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A worker on a thread of its own: no wake is lost, no step comes without a reason. */
@Timeout(60)
class WorkerThreadTest {
  private final Scheduler scheduler = Scheduler.system();
  private final Clock clock = Clock.system();

  @ParameterizedTest
  @EnumSource
  void noWakeIsLost(Scheduler.Idle idle) throws InterruptedException {
    int rounds = 20_000;
    AtomicLong wanted = new AtomicLong();
    Semaphore done = new Semaphore(0);
    long[] seen = {0};
    Task task =
        scheduler.task(
            "worker",
            idle,
            () -> {
              long now = wanted.get();
              if (now != seen[0]) {
                seen[0] = now;
                done.release();
              }
              return now == rounds ? Worker.DONE : Worker.UNTIL_WOKEN;
            });
    task.start();
    for (int i = 1; i <= rounds; i++) {
      wanted.set(i);
      task.wake();
      assertThat(done.tryAcquire(30, TimeUnit.SECONDS)).as("round %d", i).isTrue();
    }
    task.awaitEnd();
    assertThat(task.hasEnded()).isTrue();
  }

  @Test
  void aDeadlineEndsTheWait() {
    int[] steps = {0};
    long wait = Duration.ofMillis(20).toNanos();
    long begin = clock.nanos();
    Task task =
        scheduler.start("sleeper", () -> steps[0]++ == 0 ? clock.nanos() + wait : Worker.DONE);
    task.awaitEnd();
    assertThat(clock.nanos() - begin).isGreaterThanOrEqualTo(wait);
    assertThat(steps[0]).isEqualTo(2);
  }

  @Test
  void aStepThatThrowsEndsTheWorker() throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    Task task =
        scheduler.start(
            "fails",
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> told.countDown());
              throw new IllegalStateException("on purpose");
            });
    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    task.awaitEnd();
    assertThat(task.hasEnded()).isTrue();
  }

  @Test
  void aWorkerThatTellsOfItsFailureEndsQuietly() throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    AtomicBoolean uncaught = new AtomicBoolean();
    Task task =
        scheduler.start(
            "fails",
            new Worker() {
              @Override
              public long step() {
                Thread.currentThread().setUncaughtExceptionHandler((_, _) -> uncaught.set(true));
                throw new OutOfMemoryError("on purpose");
              }

              @Override
              public boolean failed(String name, Throwable cause) {
                assertThat(name).isEqualTo("fails");
                assertThat(cause).isInstanceOf(OutOfMemoryError.class);
                told.countDown();
                return true;
              }
            });
    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    task.awaitEnd();
    assertThat(task.hasEnded()).isTrue();
    assertThat(uncaught).isFalse();
  }

  /** Steps all the time, and notes when it is in a step. */
  @Test
  void noStepOverlapsAPause() throws InterruptedException {
    AtomicBoolean inStep = new AtomicBoolean();
    AtomicBoolean end = new AtomicBoolean();
    AtomicLong steps = new AtomicLong();
    Task task =
        scheduler.start(
            "busy",
            () -> {
              inStep.set(true);
              steps.incrementAndGet();
              inStep.set(false);
              return end.get() ? Worker.DONE : Worker.AGAIN;
            });
    for (int i = 0; i < 2_000; i++) {
      task.pause();
      long before = steps.get();
      assertThat(inStep).isFalse();
      task.wake();
      for (int spin = 0; spin < 100; spin++) {
        Thread.onSpinWait();
      }
      assertThat(steps).hasValue(before);
      task.resume();
    }
    end.set(true);
    task.awaitEnd();
  }

  @Test
  void aWakeDuringAPauseIsKept() {
    AtomicBoolean end = new AtomicBoolean();
    Task task = scheduler.start("waits", () -> end.get() ? Worker.DONE : Worker.UNTIL_WOKEN);
    task.pause();
    end.set(true);
    task.wake();
    assertThat(task.hasEnded()).isFalse();
    task.resume();
    task.awaitEnd();
  }
}
