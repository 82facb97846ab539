// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A side of a ring while the other starts anew again and again")
final class RestartRaceTest extends SessionFixture {
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aWriterNeverTakesANewReaderForABrokenOne() throws Exception {
    SpscWriter writer = newWriter();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; i < 100_000; i++) {
                SpscReader reader = newReader();
                for (int poll = 0; poll < 4; poll++) {
                  reader.drain((_, _, _, _) -> {}, 10);
                }
              }
              end.complete(null);
            },
            "readers");
    thread.setDaemon(true);
    thread.start();
    long connected = 0;
    while (!end.isDone()) {
      int answer = RingFixture.offer(writer, 1, 24);
      assertThat(answer).as("%s", writer.breach(0)).isNotEqualTo(Answer.PEER_BROKEN);
      connected += answer == Answer.OK ? 1 : 0;
    }
    end.get();
    assertThat(connected).isPositive();
  }

  /**
   * A message's type is its writer's life, and its length is its number. This is the least number
   * of lives; a busy machine, where few of them meet the reader, gets more.
   */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aReaderGetsAllOfEachWriterThatComesAndGoes() throws Exception {
    int lives = 30_000;
    int mostLives = 3_000_000;
    int[] written = new int[mostLives];
    int[] read = new int[mostLives];
    AtomicInteger got = new AtomicInteger();
    SpscReader reader = newReader();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              for (int life = 1; life < lives || (life < mostLives && got.get() <= 1000); life++) {
                written[life] = live(newWriter(64 << (life % 3)), life);
              }
              end.complete(null);
            },
            "writers");
    thread.setDaemon(true);
    thread.start();
    MessageHandler handler =
        (type, found, at, length) -> {
          RingFixture.check(type, found, at, length);
          assertThat(length).as("life %d", type).isEqualTo(read[type]++);
          got.incrementAndGet();
        };
    int idle = 0;
    while (idle < 10) {
      int count = reader.drain(handler, 7);
      idle = end.isDone() && count == 0 ? idle + 1 : 0;
      assertThat(count).as("%s", reader.breach()).isNotEqualTo(Answer.PEER_BROKEN);
    }
    end.get();
    for (int life = 1; life < mostLives; life++) {
      assertThat(read[life]).as("messages of life %d", life).isEqualTo(written[life]);
    }
    assertThat(Arrays.stream(read).sum()).isGreaterThan(1000);
  }

  /** Writes up to 20 messages, then leaves, or dies with one half written. */
  private static int live(SpscWriter writer, int life) {
    int written = 0;
    for (int tries = 0; tries < 1000 && written < 20; tries++) {
      if (RingFixture.offer(writer, life, written) == Answer.OK) {
        written++;
      }
    }
    if (life % 3 == 0) {
      writer.close();
    } else if (writer.tryClaim(1, 8) == 8) {
      writer.data().set(ValueLayout.JAVA_LONG, 8, Records.header(1, 0));
    }
    return written;
  }
}
