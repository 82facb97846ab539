// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.RingFixture.Message;

@DisplayName("A ring of one writer and one reader")
final class SpscRingTest {
  private static final int CAPACITY = 256;

  private final RingFixture ring = RingFixture.of(CAPACITY);

  @Test
  void isEmptyAtFirst() {
    assertThat(ring.reader.poll(SpscRingTest::unexpected)).isZero();
    assertThat(ring.reader.drain(SpscRingTest::unexpected, 10)).isZero();
  }

  @Test
  void deliversMessagesInOrderAndThenIsEmpty() {
    assertThat(ring.offer(1, 10)).isEqualTo(SpscRing.OK);
    assertThat(ring.offer(2, 0)).isEqualTo(SpscRing.OK);
    assertThat(ring.offer(Integer.MAX_VALUE, 33)).isEqualTo(SpscRing.OK);

    assertThat(ring.drain())
        .containsExactly(new Message(1, 10), new Message(2, 0), new Message(Integer.MAX_VALUE, 33));
    assertThat(ring.drain()).isEmpty();
  }

  @Test
  void pollsOneMessageAtATime() {
    ring.offer(1, 1);
    ring.offer(2, 2);

    assertThat(ring.reader.poll((type, _, _, _) -> assertThat(type).isEqualTo(1))).isEqualTo(1);
    assertThat(ring.reader.poll((type, _, _, _) -> assertThat(type).isEqualTo(2))).isEqualTo(1);
    assertThat(ring.reader.poll(SpscRingTest::unexpected)).isZero();
  }

  @Test
  void drainsNoMoreThanTheLimit() {
    for (int type = 1; type <= 5; type++) {
      ring.offer(type, 0);
    }
    assertThat(ring.drain(3)).extracting(Message::type).containsExactly(1, 2, 3);
    assertThat(ring.drain(3)).extracting(Message::type).containsExactly(4, 5);
  }

  @Test
  void copiesFromWhereTheMessageIsInTheSource() {
    MemorySegment source = MemorySegment.ofArray(new byte[100]);
    RingFixture.fill(source, 37, 4, 21);

    assertThat(ring.writer.offer(4, source, 37, 21)).isEqualTo(SpscRing.OK);
    assertThat(ring.drain()).containsExactly(new Message(4, 21));
  }

  @Test
  void pressesBackWhenFullToTheByteAndTakesMoreAfterARead() {
    for (int i = 1; i <= CAPACITY / 32; i++) {
      assertThat(ring.offer(i, 24)).isEqualTo(SpscRing.OK);
    }
    assertThat(ring.written() - ring.read()).isEqualTo(CAPACITY);
    assertThat(ring.offer(99, 0)).isEqualTo(SpscRing.BACK_PRESSURED);
    assertThat(ring.writer.tryClaim(99, 0)).isEqualTo(SpscRing.BACK_PRESSURED);

    assertThat(ring.drain(1)).containsExactly(new Message(1, 24));
    assertThat(ring.offer(9, 24)).isEqualTo(SpscRing.OK);
    assertThat(ring.offer(99, 0)).isEqualTo(SpscRing.BACK_PRESSURED);
    // What the reader saw when it last looked, and then the rest.
    assertThat(ring.drain()).extracting(Message::type).containsExactly(2, 3, 4, 5, 6, 7, 8);
    assertThat(ring.drain()).extracting(Message::type).containsExactly(9);
  }

  @Test
  void pressesBackWhenAMessageWouldNotFitAndStillTakesASmallerOne() {
    ring.offer(1, CAPACITY / 2 - 8);
    ring.offer(2, CAPACITY / 2 - 8 - 32);

    assertThat(ring.offer(3, 25)).isEqualTo(SpscRing.BACK_PRESSURED);
    assertThat(ring.offer(4, 24)).isEqualTo(SpscRing.OK);
    assertThat(ring.drain()).extracting(Message::type).containsExactly(1, 2, 4);
  }

  @Test
  void wrapsWithoutPaddingWhereARecordEndsWithTheDataArea() {
    RingFixture late = RingFixture.startingAt(CAPACITY - 32, CAPACITY);

    late.offer(1, 24);
    late.offer(2, 5);

    assertThat(late.written()).isEqualTo(CAPACITY + 16);
    assertThat(late.drain()).containsExactly(new Message(1, 24), new Message(2, 5));
    assertThat(late.read()).isEqualTo(CAPACITY + 16);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 64, 120})
  void wrapsWithPaddingWhereAMessageDoesNotFitBeforeTheEnd(int toEnd) {
    RingFixture late = RingFixture.startingAt(CAPACITY - toEnd, CAPACITY);

    assertThat(late.offer(1, toEnd - 7)).isEqualTo(SpscRing.OK);

    assertThat(late.written()).isEqualTo(CAPACITY + toEnd + 8);
    assertThat(late.reader.poll((_, _, at, _) -> assertThat(at).isEqualTo(8))).isEqualTo(1);
    assertThat(late.read()).isEqualTo(CAPACITY + toEnd + 8);
  }

  @Test
  void countsPaddingAsRoomThatIsTaken() {
    RingFixture late = RingFixture.startingAt(CAPACITY - 56, CAPACITY);
    late.offer(1, 48);
    late.offer(2, 120);
    late.drain(1);
    // 128 of 256 are taken from 0 on.
    assertThat(late.offer(3, 100)).isEqualTo(SpscRing.OK);
    // 16 bytes are left to the end, and none at the start.
    assertThat(late.offer(4, 16)).isEqualTo(SpscRing.BACK_PRESSURED);
    assertThat(late.drain(1)).containsExactly(new Message(2, 120));
    assertThat(late.offer(4, 16)).isEqualTo(SpscRing.OK);
    assertThat(late.drain()).containsExactly(new Message(3, 100), new Message(4, 16));
  }

  @Test
  void takesTheLargestMessageAtEveryPlace() {
    for (int at = 0; at < CAPACITY; at += 8) {
      RingFixture anywhere = RingFixture.startingAt(at, CAPACITY);
      assertThat(anywhere.offer(1, CAPACITY / 2 - 8)).isEqualTo(SpscRing.OK);
      assertThat(anywhere.drain()).containsExactly(new Message(1, CAPACITY / 2 - 8));
    }
  }

  @Test
  void goesOnWherePositionsPassTheLargestNumber() {
    for (long end : new long[] {0, Long.MIN_VALUE}) {
      RingFixture old = RingFixture.startingAt(end - 64, CAPACITY);
      for (int i = 1; i <= 100; i++) {
        assertThat(old.offer(i, i % 100)).isEqualTo(SpscRing.OK);
        assertThat(old.drain()).containsExactly(new Message(i, i % 100));
      }
      for (int i = 1; i <= 8; i++) {
        assertThat(old.offer(i, 0)).isEqualTo(SpscRing.OK);
      }
      assertThat(old.drain()).hasSize(8);
    }
  }

  @Test
  void refusesMessagesThatAreNone() {
    MemorySegment source = MemorySegment.ofArray(new byte[CAPACITY]);
    int most = ring.writer.maxMessageLength();

    assertThat(most).isEqualTo(CAPACITY / 2 - 8).isEqualTo(SpscRing.maxMessageLength(CAPACITY));
    for (int type : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> ring.writer.offer(type, source, 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("message type " + type + " is not positive");
    }
    for (int length : new int[] {most + 1, -1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> ring.writer.tryClaim(1, length))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a message of " + length + " bytes; this ring takes 0 to 120");
    }
    assertThatThrownBy(() -> ring.writer.offer(1, source, CAPACITY - 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(ring.drain()).isEmpty();
  }

  @Test
  void showsAClaimedMessageOnlyWhenItIsCommitted() {
    int at = ring.writer.tryClaim(5, 40);
    assertThat(at).isEqualTo(8);
    RingFixture.fill(ring.writer.data(), at, 5, 40);
    assertThat(ring.drain()).isEmpty();

    ring.writer.commit();

    assertThat(ring.drain()).containsExactly(new Message(5, 40));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, CAPACITY - 16})
  void neverShowsAMessageThatWasAborted(int start) {
    RingFixture anywhere = RingFixture.startingAt(start, CAPACITY);
    int at = anywhere.writer.tryClaim(5, 40);
    RingFixture.fill(anywhere.writer.data(), at, 5, 40);
    anywhere.writer.abort();
    assertThat(anywhere.drain()).isEmpty();

    assertThat(anywhere.offer(6, 3)).isEqualTo(SpscRing.OK);
    assertThat(anywhere.drain()).containsExactly(new Message(6, 3));
  }

  @Test
  void claimsOneMessageAtATime() {
    assertThatThrownBy(ring.writer::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(ring.writer::abort).isInstanceOf(IllegalStateException.class);
    ring.writer.tryClaim(1, 1);
    assertThatThrownBy(() -> ring.writer.tryClaim(1, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ring.offer(1, 1)).isInstanceOf(IllegalStateException.class);
    ring.writer.commit();
    assertThatThrownBy(ring.writer::commit).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void doesNotDeliverWhatADeadWriterHasLeftHalfWritten() {
    ring.offer(1, 10);
    int at = ring.writer.tryClaim(2, 20);
    RingFixture.fill(ring.writer.data(), at, 2, 20);
    ring.setHeader(at - 8, 2, 20);

    SpscWriter next = SpscRing.writer(ring.writerPart, ring.readerPart, RingFixture.GENERATION);
    next.offer(3, RingFixture.payload(3, 8), 0, 8);

    assertThat(ring.drain()).containsExactly(new Message(1, 10), new Message(3, 8));
  }

  @Test
  void countsAMessageAsReadWhoseHandlerFails() {
    ring.offer(1, 1);
    ring.offer(2, 2);
    IllegalStateException failure = new IllegalStateException("of the handler");

    assertThatThrownBy(
            () ->
                ring.reader.poll(
                    (_, _, _, _) -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(ring.read()).isEqualTo(16);
    assertThat(ring.drain()).containsExactly(new Message(2, 2));
  }

  @Test
  void doesNotLetAHandlerReadOn() {
    ring.offer(1, 1);
    assertThatThrownBy(
            () -> ring.reader.poll((_, _, _, _) -> ring.reader.poll(SpscRingTest::unexpected)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ring.reader.drain(SpscRingTest::unexpected, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesRoomBackWhileItDrains() {
    for (int i = 1; i <= CAPACITY / 32; i++) {
      ring.offer(i, 24);
    }
    long[] most = {0};
    ring.reader.drain(
        (_, _, at, _) -> most[0] = Math.max(most[0], at - 8 - ring.read()), Integer.MAX_VALUE);
    assertThat(most[0]).isLessThan(CAPACITY / 4);
    assertThat(ring.read()).isEqualTo(CAPACITY);
  }

  @Test
  void givesNoRoomBackBeforeItsMessageIsHandled() {
    for (int i = 1; i <= CAPACITY / 32; i++) {
      ring.offer(i, 24);
    }
    int count =
        ring.reader.drain(
            (_, _, at, _) -> assertThat(ring.read()).isLessThanOrEqualTo(at - 8), 100);
    assertThat(count).isEqualTo(CAPACITY / 32);
  }

  @Test
  void endsADrainEvenIfTheWriterNeverDoes() {
    ring.offer(1, 0);
    assertThat(ring.reader.drain((_, _, _, _) -> ring.offer(1, 0), Integer.MAX_VALUE)).isOne();
  }

  @Test
  void showsTheDataReadOnly() {
    ring.offer(1, 1);
    ring.reader.poll((_, data, _, _) -> assertThat(data.isReadOnly()).isTrue());
  }

  @Test
  void goesOnWhereItWasWhenASideJoinsAnew() {
    ring.offer(1, 9);
    ring.offer(2, 9);
    ring.drain(1);

    SpscWriter writer = SpscRing.writer(ring.writerPart, ring.readerPart, RingFixture.GENERATION);
    SpscReader reader = SpscRing.reader(ring.writerPart, ring.readerPart, RingFixture.GENERATION);
    writer.offer(3, RingFixture.payload(3, 9), 0, 9);

    for (int type : new int[] {2, 3}) {
      assertThat(
              reader.poll(
                  (got, data, at, length) ->
                      assertThat(RingFixture.check(got, data, at, length))
                          .isEqualTo(new Message(type, 9))))
          .isOne();
    }
  }

  static IntStream capacities() {
    return IntStream.rangeClosed(6, 30).map(bits -> 1 << bits);
  }

  /** In a sparse file, of which the pages that are touched exist only. */
  @ParameterizedTest
  @MethodSource("capacities")
  void worksWithEveryCapacity(int capacity, @TempDir Path folder) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel file =
            FileChannel.open(
                folder.resolve("ring"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment memory =
          file.map(FileChannel.MapMode.READ_WRITE, 0, SpscRing.size(capacity), arena);
      RingFixture any = RingFixture.in(memory, 0, capacity);
      int most = capacity / 2 - 8;

      for (int round = 0; round < 3; round++) {
        for (int half = 1; half <= 2; half++) {
          int at = any.writer.tryClaim(half, most);
          assertThat(at).isNotNegative();
          any.writer.data().set(ValueLayout.JAVA_BYTE, at, (byte) half);
          any.writer.data().set(ValueLayout.JAVA_BYTE, at + most - 1L, (byte) -half);
          any.writer.commit();
        }
        assertThat(any.offer(3, 0)).isEqualTo(SpscRing.BACK_PRESSURED);
        for (int half = 1; half <= 2; half++) {
          byte expected = (byte) half;
          any.reader.poll(
              (type, data, at, length) -> {
                assertThat(List.of(type, length)).containsExactly((int) expected, most);
                assertThat(data.get(ValueLayout.JAVA_BYTE, at)).isEqualTo(expected);
                assertThat(data.get(ValueLayout.JAVA_BYTE, at + length - 1L))
                    .isEqualTo((byte) -expected);
              });
        }
        assertThat(any.drain()).isEmpty();
        // So that the next round begins elsewhere, and wraps by padding.
        any.offer(4, 8 * round);
        assertThat(any.drain()).hasSize(1);
        int at = any.writer.tryClaim(5, most);
        assertThat(at).isNotNegative();
        any.writer.commit();
        assertThat(any.reader.poll((_, _, _, _) -> {})).isOne();
        // Back to a half's start.
        while ((any.written() & (capacity / 2 - 1)) != 0) {
          int rest = (int) (capacity / 2 - (any.written() & (capacity / 2 - 1)));
          assertThat(any.writer.tryClaim(6, rest - 8)).isNotNegative();
          any.writer.commit();
          assertThat(any.reader.poll((_, _, _, _) -> {})).isOne();
        }
      }
    }
  }

  private static void unexpected(int type, MemorySegment data, int at, int length) {
    throw new AssertionError("a message of type " + type);
  }
}
