// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TurnTest {
  private final Turn turn = new Turn();
  private final AtomicInteger done = new AtomicInteger();

  @Test
  void workIsDoneByWhoAsks() {
    turn.run(done::incrementAndGet, TurnTest::never);
    turn.run(done::incrementAndGet, TurnTest::never);
    assertThat(done).hasValue(2);
  }

  @Test
  void whoAsksMeanwhileDoesNotWaitAndHasItDoneOnceMore() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread first =
        Thread.ofPlatform()
            .start(
                () ->
                    turn.run(
                        () -> {
                          done.incrementAndGet();
                          begun.countDown();
                          await(goOn);
                        },
                        TurnTest::never));
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 3; i++) {
      turn.run(() -> done.addAndGet(100), TurnTest::never);
    }
    assertThat(done).as("the one who does it has not come to it yet").hasValue(1);
    goOn.countDown();
    first.join();
    assertThat(done).as("once more for all three, by the first one's work").hasValue(2);
  }

  @Test
  void whoIsAskedAllTheTimeLeavesTheRestToTheWorker() {
    AtomicInteger left = new AtomicInteger();
    Runnable work =
        () -> {
          done.incrementAndGet();
          turn.run(done::incrementAndGet, TurnTest::never); // as another vCPU would
        };
    turn.run(work, left::incrementAndGet);
    assertThat(done).hasValue(Turn.ROUNDS);
    assertThat(left).hasValue(1);
    turn.run(done::incrementAndGet, TurnTest::never);
    assertThat(done).as("the turn is free").hasValue(Turn.ROUNDS + 1);
  }

  @Test
  void neverTwoAtATimeAndNoRequestIsLost() throws InterruptedException {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    Semaphore left = new Semaphore(0);
    Runnable work =
        () -> {
          if (inside.incrementAndGet() != 1) {
            together.incrementAndGet();
          }
          seen.set(asked.get());
          inside.decrementAndGet();
        };
    Thread[] threads = new Thread[3];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 100_000; n++) {
                      asked.incrementAndGet();
                      turn.run(work, left::release);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (left.tryAcquire()) {
      turn.run(work, TurnTest::never); // the worker's part
    }
    assertThat(together).hasValue(0);
    assertThat(seen).hasValue(300_000);
  }

  @Test
  void workThatFailsGivesTheTurnBack() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(
            () ->
                turn.run(
                    () -> {
                      throw new IllegalStateException("on purpose");
                    },
                    TurnTest::never));
    turn.run(done::incrementAndGet, TurnTest::never);
    assertThat(done).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void never() {
    throw new AssertionError("the worker was asked");
  }
}
