// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A message is derived from its sequence number: its length, its type and every further word. */
@DisplayName("A ring between two threads")
final class TwoThreadsTest {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  @ParameterizedTest
  @CsvSource({"10_000_000, 65536", "500_000, 128", "500_000, 256"})
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void losesNothingAndShowsNothingHalf(String count, int capacity) throws Exception {
    long messages = Long.parseLong(count.replace("_", ""));
    RingFixture ring = RingFixture.of(capacity);
    CompletableFuture<Void> writer = new CompletableFuture<>();
    CompletableFuture<Void> reader = new CompletableFuture<>();
    start("writer", writer, reader, () -> write(ring.writer, messages, reader));
    start("reader", reader, writer, () -> new Checker(ring.reader).read(messages, writer));

    writer.get();
    reader.get();
    assertThat(ring.written()).isEqualTo(ring.read());
    assertThat(ring.writer.breach(0)).isEmpty();
  }

  private static void start(
      String name, CompletableFuture<Void> end, CompletableFuture<Void> other, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                end.complete(null);
              } catch (RuntimeException | AssertionError e) {
                end.completeExceptionally(e);
                other.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private static int words(long number) {
    return 1 + (int) ((number * 0x9e3779b97f4a7c15L) >>> 61) % 6;
  }

  private static int type(long number) {
    return 1 + (int) (number & 0x3fffffff);
  }

  private static void write(SpscWriter writer, long messages, CompletableFuture<Void> reader) {
    MemorySegment source = MemorySegment.ofArray(new long[8]);
    for (long number = 0; number < messages && !reader.isCompletedExceptionally(); number++) {
      int length = 8 * words(number);
      if (number % 2 == 0) {
        fill(source, 0, number);
        while (writer.offer(type(number), source, 0, length) != Answer.OK) {
          pause(reader);
        }
      } else {
        int at;
        while ((at = writer.tryClaim(type(number), length)) < 0) {
          pause(reader);
        }
        fill(writer.data(), at, number);
        writer.commit();
      }
    }
  }

  private static void fill(MemorySegment to, long at, long number) {
    for (int word = 0; word < words(number); word++) {
      to.set(WORD, at + 8L * word, number + word);
    }
  }

  /** Yields, because the machine may have one processor for both threads. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void pause(CompletableFuture<Void> other) {
    if (other.isCompletedExceptionally()) {
      throw new IllegalStateException("the other side has failed");
    }
    Thread.yield();
  }

  private static final class Checker implements MessageHandler {
    private final SpscReader reader;
    private long next;

    Checker(SpscReader reader) {
      this.reader = reader;
    }

    void read(long messages, CompletableFuture<Void> writer) {
      while (next < messages) {
        int count = next % 3 == 0 ? reader.poll(this) : reader.drain(this, 100);
        if (count < 0) {
          throw new AssertionError("" + reader.breach());
        }
        if (count == 0) {
          pause(writer);
        }
      }
    }

    @Override
    public void onMessage(int type, MemorySegment data, int offset, int length) {
      boolean good = type == type(next) && length == 8 * words(next);
      for (int word = 0; good && word < words(next); word++) {
        good = data.get(WORD, offset + 8L * word) == next + word;
      }
      if (!good) {
        throw new AssertionError("message " + next + ": type " + type + ", length " + length);
      }
      next++;
    }
  }
}
