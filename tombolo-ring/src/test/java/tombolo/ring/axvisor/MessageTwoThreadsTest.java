// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.axvisor.RegionSide.Language;
import tombolo.ring.word.Words;

/**
 * A message is derived from its sequence number: its length and each of its words. Every eighth is
 * given up when the ring is full; the last one is not one of these.
 */
@DisplayName("A region v3 between two threads")
final class MessageTwoThreadsTest {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
  private static final int LONGEST = 1000;

  @ParameterizedTest
  @CsvSource({"CELL, TO_SUBSCRIBER, 50001", "SLOT, TO_PUBLISHER, 200001"})
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void losesNothingAndShowsNothingHalf(AxvisorLayout layout, Direction direction, long messages)
      throws Exception {
    run(layout, RegionSide.InJava.LANGUAGE, RegionSide.InJava.LANGUAGE, direction, messages);
  }

  @ParameterizedTest
  @CsvSource({
    "CELL, TO_SUBSCRIBER, true",
    "SLOT, TO_SUBSCRIBER, false",
    "CELL, TO_PUBLISHER, false",
    "SLOT, TO_PUBLISHER, true"
  })
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void doesNotEitherWhenTheOtherSideIsAGuest(
      AxvisorLayout layout, Direction direction, boolean guestPublishes, @TempDir Path directory)
      throws Exception {
    Language java = RegionSide.InJava.LANGUAGE;
    Language c = RegionSide.Functions.compile(directory);
    run(layout, guestPublishes ? c : java, guestPublishes ? java : c, direction, 20001);
  }

  private static void run(
      AxvisorLayout layout,
      Language publishers,
      Language subscribers,
      Direction direction,
      long messages)
      throws Exception {
    MemorySegment memory = RegionFixture.allocate(layout);
    RegionSide publisher = publishers.publish(memory, layout);
    RegionSide subscriber = subscribers.subscribe(memory);
    boolean toSubscriber = direction == Direction.TO_SUBSCRIBER;
    RegionSide from = toSubscriber ? publisher : subscriber;
    RegionSide to = toSubscriber ? subscriber : publisher;
    CompletableFuture<Void> sender = new CompletableFuture<>();
    CompletableFuture<Void> receiver = new CompletableFuture<>();
    start("sender", sender, receiver, () -> send(from, messages, receiver));
    start("receiver", receiver, sender, () -> receive(to, messages, sender));

    sender.get();
    receiver.get();
    long ring = layout.ringOffset(direction);
    int head = (int) Words.INT.getVolatile(memory, ring + CellRing.HEAD_AT);
    assertThat((int) Words.INT.getVolatile(memory, ring + CellRing.TAIL_AT)).isEqualTo(head);
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
    return (int) (number * 7 % (LONGEST + 1));
  }

  private static void send(RegionSide sender, long messages, CompletableFuture<Void> other) {
    MemorySegment source = Arena.ofAuto().allocate(WORD, LONGEST);
    for (long number = 1; number <= messages; number++) {
      for (int word = 0; word < words(number); word++) {
        source.setAtIndex(WORD, word, number + word);
      }
      SendProgress progress;
      while ((progress = step(sender, source, number)) == SendProgress.BACK_PRESSURED) {
        pause(other);
      }
      if (progress != SendProgress.COMPLETE) {
        throw new AssertionError("message " + number + ": " + progress);
      }
    }
  }

  private static SendProgress step(RegionSide sender, MemorySegment source, long number) {
    SendProgress progress = sender.send(source, 8L * words(number));
    return progress == SendProgress.BACK_PRESSURED && number % 8 == 0 ? sender.abort() : progress;
  }

  /**
   * Receives all messages. One that was given up early is not seen; the next one follows instead.
   */
  private static void receive(RegionSide receiver, long messages, CompletableFuture<Void> other) {
    MemorySegment buffer = Arena.ofAuto().allocate(WORD, LONGEST);
    long number = 1;
    while (number <= messages) {
      switch (receiver.receive(buffer, buffer.byteSize())) {
        case COMPLETE -> {
          long next = number;
          while (next % 8 == 0 && !is(next, buffer, receiver.length())) {
            next++;
          }
          if (!is(next, buffer, receiver.length())) {
            throw new AssertionError("message " + number + " of " + receiver.length() + " bytes");
          }
          number = next + 1;
        }
        case EMPTY -> pause(other);
        case ABORTED -> {
          if (number % 8 != 0) {
            throw new AssertionError("message " + number + " was not given up");
          }
          number++;
        }
        case TOO_LONG, PEER_RESTARTED, POISONED -> throw new AssertionError("message " + number);
      }
    }
  }

  private static boolean is(long number, MemorySegment buffer, long length) {
    boolean good = length == 8L * words(number);
    for (int word = 0; good && word < words(number); word++) {
      good = buffer.getAtIndex(WORD, word) == number + word;
    }
    return good;
  }

  /** Yields, because the machine may have one processor for both threads. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void pause(CompletableFuture<Void> other) {
    if (other.isCompletedExceptionally()) {
      throw new IllegalStateException("the other side has failed");
    }
    Thread.yield();
  }
}
