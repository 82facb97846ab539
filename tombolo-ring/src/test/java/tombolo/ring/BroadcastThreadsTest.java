// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A message is derived from its number: its length, its type and every further word. A message that
 * is overwritten while it is read does not add up.
 */
@DisplayName("A broadcast ring between threads")
final class BroadcastThreadsTest {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  private final AtomicBoolean failed = new AtomicBoolean();

  @ParameterizedTest
  @CsvSource({"2_000_000, 65536", "300_000, 128", "1_000_000, 1024"})
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void givesOneReaderEverythingAndTheOthersAllThatTheyDoNotCountAsLost(String count, int capacity)
      throws Exception {
    long messages = Long.parseLong(count.replace("_", ""));
    BroadcastFixture ring = new BroadcastFixture(3, capacity);
    BroadcastReader holding = ring.admitted(0);
    List<LossyReader> lossy = List.of(ring.lossyReader(1), ring.lossyReader(2));
    List<CompletableFuture<Long>> received = new ArrayList<>();

    CompletableFuture<Long> writer = start("writer", () -> write(ring.writer, messages));
    CompletableFuture<Long> all = start("reader", () -> new All(holding).read(messages));
    for (LossyReader reader : lossy) {
      received.add(start("lossy", () -> new Some(reader).read(messages)));
    }

    writer.get();
    assertThat(all.get()).isEqualTo(messages);
    for (int i = 0; i < 2; i++) {
      assertThat(received.get(i).get() + lossy.get(i).lost()).isEqualTo(messages);
    }
    assertThat(ring.writer.breach(0)).isEmpty();
  }

  /** Lets a writer that nobody holds back lap the readers all the time. */
  @ParameterizedTest
  @CsvSource({"3_000_000, 65536", "3_000_000, 1024", "3_000_000, 128"})
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void laysNothingTornBeforeReadersThatItOvertakes(String count, int capacity) throws Exception {
    long messages = Long.parseLong(count.replace("_", ""));
    BroadcastFixture ring = new BroadcastFixture(2, capacity);
    ring.writer.admit();
    List<LossyReader> lossy = List.of(ring.lossyReader(0), ring.lossyReader(1));
    List<CompletableFuture<Long>> received = new ArrayList<>();
    for (LossyReader reader : lossy) {
      received.add(start("lossy", () -> new Some(reader).read(messages)));
    }

    start("writer", () -> write(ring.writer, messages)).get();

    for (int i = 0; i < 2; i++) {
      assertThat(received.get(i).get()).isPositive();
      assertThat(received.get(i).get() + lossy.get(i).lost()).isEqualTo(messages);
    }
  }

  private interface Work {
    long run();
  }

  private CompletableFuture<Long> start(String name, Work work) {
    CompletableFuture<Long> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                end.complete(work.run());
              } catch (RuntimeException | AssertionError e) {
                failed.set(true);
                end.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return end;
  }

  private static int words(long number) {
    return 1 + (int) ((number * 0x9e3779b97f4a7c15L) >>> 61) % 6;
  }

  private static int type(long number) {
    return 1 + (int) (number & 0x3fffffff);
  }

  private long write(BroadcastWriter writer, long messages) {
    MemorySegment source = MemorySegment.ofArray(new long[8]);
    for (long number = 0; number < messages; number++) {
      int length = 8 * words(number);
      if (number % 2 == 0) {
        fill(source, 0, number);
        while (writer.offer(type(number), source, 0, length) != Answer.OK) {
          pause();
        }
      } else {
        int at;
        while ((at = writer.tryClaim(type(number), length)) < 0) {
          pause();
        }
        fill(writer.data(), at, number);
        writer.commit();
      }
    }
    return messages;
  }

  private static void fill(MemorySegment to, long at, long number) {
    for (int word = 0; word < words(number); word++) {
      to.set(WORD, at + 8L * word, number + word);
    }
  }

  private static void check(long number, int type, MemorySegment data, int offset, int length) {
    boolean good = type == type(number) && length == 8 * words(number);
    for (int word = 0; good && word < words(number); word++) {
      good = data.get(WORD, offset + 8L * word) == number + word;
    }
    if (!good) {
      throw new AssertionError("message " + number + ": type " + type + ", length " + length);
    }
  }

  /** Yields, because the machine may have one processor for all threads. */
  @SuppressWarnings("ThreadPriorityCheck")
  private void pause() {
    if (failed.get()) {
      throw new IllegalStateException("another side has failed");
    }
    Thread.yield();
  }

  private final class All implements MessageHandler {
    private final BroadcastReader reader;
    private long next;

    All(BroadcastReader reader) {
      this.reader = reader;
    }

    long read(long messages) {
      while (next < messages) {
        int count = next % 3 == 0 ? reader.poll(this) : reader.drain(this, 100);
        if (count < 0) {
          throw new AssertionError(Answer.nameOf(count) + " " + reader.breach());
        }
        if (count == 0) {
          pause();
        }
      }
      return next;
    }

    @Override
    public void onMessage(int type, MemorySegment data, int offset, int length) {
      check(next, type, data, offset, length);
      next++;
    }
  }

  private final class Some implements MessageHandler {
    private final LossyReader reader;
    private long received;

    Some(LossyReader reader) {
      this.reader = reader;
    }

    long read(long messages) {
      while (reader.sequence() + 1 < messages) {
        int count = received % 3 == 0 ? reader.poll(this) : reader.drain(this, 100);
        if (count < 0 && count != Answer.LOST) {
          throw new AssertionError(Answer.nameOf(count) + " " + reader.breach());
        }
        if (count == 0) {
          pause();
        }
      }
      return received;
    }

    @Override
    public void onMessage(int type, MemorySegment data, int offset, int length) {
      check(reader.sequence(), type, data, offset, length);
      received++;
      if (reader.sequence() + 1 != received + reader.lost()) {
        throw new AssertionError(
            "number %d after %d and %d lost".formatted(reader.sequence(), received, reader.lost()));
      }
    }
  }
}
