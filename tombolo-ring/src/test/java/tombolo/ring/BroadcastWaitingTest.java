// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ring.BroadcastFixture.drain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Sides of a broadcast ring that sleep")
final class BroadcastWaitingTest {
  private final BroadcastFixture ring = new BroadcastFixture(3, 1024);

  @Test
  void areRungForOncePerSleepOfAny() {
    BroadcastReader holding = ring.admitted(0);
    LossyReader lossy = ring.lossyReader(1);
    ring.offer(1, 8);
    assertThat(ring.writer.peerSleeps()).isFalse();
    drain(holding);
    drain(lossy);

    assertThat(holding.sleep()).isTrue();
    assertThat(lossy.sleep()).isTrue();
    ring.offer(2, 8);
    assertThat(ring.writer.peerSleeps()).isTrue();
    assertThat(ring.writer.peerSleeps()).isFalse();
    holding.wake();
    lossy.wake();
    assertThat(ring.writer.peerSleeps()).isFalse();
    assertThat(lossy.sleep()).isFalse();
    drain(lossy);
    assertThat(lossy.sleep()).isTrue();
    assertThat(ring.writer.peerSleeps()).isTrue();
  }

  @Test
  void areRungForInEachLife() {
    for (int life = 0; life < 3; life++) {
      LossyReader reader = ring.lossyReader(1); // which the writer has not looked at
      assertThat(reader.sleep()).isTrue();
      assertThat(ring.writer.peerSleeps()).isTrue();
      assertThat(ring.writer.peerSleeps()).isFalse();
    }
  }

  @Test
  void doNotFallAsleepBeforeWhatTheyWaitFor() {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 16);
    assertThat(ring.writer.sleep(16)).isTrue();
    assertThat(reader.peerSleeps()).isTrue();
    ring.writer.wake();
    assertThat(reader.sleep()).isFalse();
    drain(reader);
    assertThat(ring.writer.sleep(16)).isFalse();
    assertThat(reader.sleep()).isTrue();
    reader.wake();

    ring.writer.readerIsDead(0);
    assertThat(reader.sleep()).isFalse();
  }

  @Test
  void areAwakeForAnAdmissionAndForAnotherWriter() {
    ring.writer.admit();
    BroadcastReader reader = ring.reader(0);
    assertThat(reader.sleep()).isTrue();
    reader.wake();
    ring.writer.admit();
    assertThat(reader.sleep()).isFalse();
    drain(reader);
    assertThat(reader.sleep()).isTrue();
    reader.wake();

    ring.writer = ring.anotherWriter();
    assertThat(ring.writer.sleep(8)).isTrue();
    assertThat(reader.sleep()).isFalse();
    assertThat(reader.poll(RingFixture::check)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(reader.poll(RingFixture::check)).isZero();
    assertThat(reader.peerSleeps()).isTrue();
    ring.writer.wake();
    assertThat(ring.writer.sleep(8)).isFalse();
  }

  /** One bell for all readers and one for the writer, as in a channel. */
  private static final class Bells {
    private final List<Semaphore> readers = new ArrayList<>();
    private final Semaphore writer = new Semaphore(0);

    Bell ofWriter() {
      return bell(writer, () -> readers.forEach(Semaphore::release));
    }

    Bell ofReader() {
      Semaphore own = new Semaphore(0);
      readers.add(own);
      return bell(own, writer::release);
    }

    private static Bell bell(Semaphore own, Runnable ring) {
      return new Bell() {
        @Override
        public void ring() {
          ring.run();
        }

        @Override
        public void await(long nanos) throws InterruptedException {
          if (own.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            own.drainPermits();
          }
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }
      };
    }
  }

  /** Fails by its time limit if a wake-up is lost. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverSleepForEver() throws Exception {
    int messages = 20_000;
    long forEver = TimeUnit.HOURS.toNanos(1);
    List<BroadcastReader> readers = List.of(ring.admitted(0), ring.admitted(1), ring.admitted(2));
    Bells bells = new Bells();
    List<CompletableFuture<Integer>> ends = new ArrayList<>();
    List<WaitingReader> waiting = new ArrayList<>();
    for (BroadcastReader reader : readers) {
      waiting.add(new WaitingReader(reader, Waiting.BELL, bells.ofReader()));
    }
    WaitingWriter writer = new WaitingWriter(ring.writer, Waiting.BELL, bells.ofWriter());
    for (WaitingReader reader : waiting) {
      CompletableFuture<Integer> end = new CompletableFuture<>();
      ends.add(end);
      Thread thread =
          new Thread(
              () -> {
                try {
                  int read = 0;
                  while (read < messages) {
                    read += reader.drain(RingFixture::check, 7, forEver);
                  }
                  end.complete(read);
                } catch (InterruptedException | RuntimeException | AssertionError e) {
                  end.completeExceptionally(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    for (int i = 1; i <= messages; i++) {
      int answer = writer.offer(i, RingFixture.payload(i, 16), 0, 16, forEver);
      assertThat(answer).isEqualTo(Answer.OK);
    }
    for (CompletableFuture<Integer> end : ends) {
      assertThat(end.get()).isEqualTo(messages);
    }
  }
}
