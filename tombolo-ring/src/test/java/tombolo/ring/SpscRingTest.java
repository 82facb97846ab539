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
    assertThat(ring.offer(1, 10)).isEqualTo(Answer.OK);
    assertThat(ring.offer(2, 0)).isEqualTo(Answer.OK);
    assertThat(ring.offer(Integer.MAX_VALUE, 33)).isEqualTo(Answer.OK);

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

    assertThat(ring.writer.offer(4, source, 37, 21)).isEqualTo(Answer.OK);
    assertThat(ring.drain()).containsExactly(new Message(4, 21));
  }

  @Test
  void pressesBackWhenOnlyAWordIsFreeAndTakesMoreAfterARead() {
    for (int i = 1; i < CAPACITY / 32; i++) {
      assertThat(ring.offer(i, 24)).isEqualTo(Answer.OK);
    }
    assertThat(ring.offer(8, 16)).isEqualTo(Answer.OK);
    assertThat(ring.written() - ring.read()).isEqualTo(CAPACITY - 8);
    assertThat(ring.offer(99, 0)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(ring.writer.tryClaim(99, 0)).isEqualTo(Answer.BACK_PRESSURED);

    assertThat(ring.drain(1)).containsExactly(new Message(1, 24));
    assertThat(ring.offer(9, 17)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(ring.offer(9, 16)).isEqualTo(Answer.OK);
    assertThat(ring.offer(99, 0)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(ring.drain()).extracting(Message::type).containsExactly(2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void pressesBackWhenAMessageWouldNotFitAndStillTakesASmallerOne() {
    ring.offer(1, CAPACITY / 2 - 8);
    ring.offer(2, CAPACITY / 2 - 8 - 40);

    assertThat(ring.offer(3, 25)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(ring.offer(4, 24)).isEqualTo(Answer.OK);
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

    assertThat(late.offer(1, toEnd - 7)).isEqualTo(Answer.OK);

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
    assertThat(late.offer(3, 96)).isEqualTo(Answer.OK);
    // 24 bytes are left to the end, and none at the start.
    assertThat(late.offer(4, 17)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(late.drain(1)).containsExactly(new Message(2, 120));
    assertThat(late.offer(4, 17)).isEqualTo(Answer.OK);
    assertThat(late.drain()).containsExactly(new Message(3, 96), new Message(4, 17));
  }

  @Test
  void takesTheLargestMessageAtEveryPlace() {
    for (int at = 0; at < CAPACITY; at += 8) {
      RingFixture anywhere = RingFixture.startingAt(at, CAPACITY);
      assertThat(anywhere.offer(1, CAPACITY / 2 - 8)).isEqualTo(Answer.OK);
      assertThat(anywhere.drain()).containsExactly(new Message(1, CAPACITY / 2 - 8));
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

    assertThat(anywhere.offer(6, 3)).isEqualTo(Answer.OK);
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
    for (int i = 1; i < CAPACITY / 32; i++) {
      ring.offer(i, 24);
    }
    long[] most = {0};
    ring.reader.drain(
        (_, _, at, _) -> most[0] = Math.max(most[0], at - 8 - ring.read()), Integer.MAX_VALUE);
    assertThat(most[0]).isLessThan(CAPACITY / 4);
    assertThat(ring.read()).isEqualTo(CAPACITY - 32);
  }

  @Test
  void givesNoRoomBackBeforeItsMessageIsHandled() {
    for (int i = 1; i < CAPACITY / 32; i++) {
      ring.offer(i, 24);
    }
    int count =
        ring.reader.drain(
            (_, _, at, _) -> assertThat(ring.read()).isLessThanOrEqualTo(at - 8), 100);
    assertThat(count).isEqualTo(CAPACITY / 32 - 1);
  }

  @Test
  void endsADrainEvenIfTheWriterNeverDoes() {
    ring.offer(1, 0);
    assertThat(ring.reader.drain((_, _, _, _) -> ring.offer(1, 0), Integer.MAX_VALUE))
        .isEqualTo(CAPACITY / 8);
  }

  @Test
  void showsTheDataReadOnly() {
    ring.offer(1, 1);
    ring.reader.poll((_, data, _, _) -> assertThat(data.isReadOnly()).isTrue());
  }

  static IntStream capacities() {
    return IntStream.rangeClosed(6, 30).map(bits -> 1 << bits);
  }

  @ParameterizedTest
  @MethodSource("capacities")
  void worksWithEveryCapacity(int capacity, @TempDir Path folder) throws IOException {
    int most = capacity / 2 - 8;
    try (Arena arena = Arena.ofConfined()) {
      RingFixture any = RingFixture.in(sparse(folder, capacity, arena), 0, capacity);
      for (int round = 0; round < 3; round++) {
        // Up to the last word.
        write(any, 1, most);
        write(any, 2, most - 8);
        assertThat(any.offer(3, 0)).isEqualTo(Answer.BACK_PRESSURED);
        read(any, 1, most);
        read(any, 2, most - 8);
        assertThat(any.drain()).isEmpty();
        // Over the end, by padding; and on to where the next round begins.
        write(any, 3, 0);
        write(any, 4, 0);
        write(any, 5, most);
        read(any, 3, 0);
        read(any, 4, 0);
        read(any, 5, most);
        int half = capacity / 2;
        while ((any.written() & (capacity - 1)) != 0) {
          int rest = (int) (half - (any.written() & (half - 1)));
          write(any, 6, rest - 8);
          read(any, 6, rest - 8);
        }
      }
    }
  }

  @Test
  void goesOnPastThe32ndBitOfItsPosition(@TempDir Path folder) throws IOException {
    int capacity = SpscRing.MAX_CAPACITY;
    try (Arena arena = Arena.ofConfined()) {
      RingFixture old = RingFixture.in(sparse(folder, capacity, arena), 0, capacity);
      for (int i = 1; i <= 20; i++) {
        for (int length : new int[] {capacity / 2 - 8, 2}) {
          write(old, i, length);
          read(old, i, length);
        }
      }
      assertThat(old.written()).isGreaterThan(2L << 32).isEqualTo(old.read());
    }
  }

  /** Tests in a sparse file, of which only the touched pages exist. */
  private static MemorySegment sparse(Path folder, int capacity, Arena arena) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("ring"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, SpscRing.size(capacity), arena);
    }
  }

  /** Creates a message whose first and last byte are significant. */
  private static void write(RingFixture ring, int type, int length) {
    int at = ring.writer.tryClaim(type, length);
    assertThat(at).isNotNegative();
    if (length > 0) {
      ring.writer.data().set(ValueLayout.JAVA_BYTE, at, (byte) type);
      ring.writer.data().set(ValueLayout.JAVA_BYTE, at + length - 1L, (byte) -type);
    }
    ring.writer.commit();
  }

  private static void read(RingFixture ring, int type, int length) {
    int count =
        ring.reader.poll(
            (found, data, at, bytes) -> {
              assertThat(new Message(found, bytes)).isEqualTo(new Message(type, length));
              if (length > 0) {
                assertThat(data.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) type);
                assertThat(data.get(ValueLayout.JAVA_BYTE, at + length - 1L))
                    .isEqualTo((byte) -type);
              }
            });
    assertThat(count).isOne();
  }

  private static void unexpected(int type, MemorySegment data, int at, int length) {
    throw new AssertionError("a message of type " + type);
  }
}
