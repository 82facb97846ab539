// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tombolo.ring.BroadcastFixture.drain;
import static tombolo.ring.BroadcastFixture.poll;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.RingFixture.Message;

@DisplayName("A broadcast ring whose readers hold the writer back")
final class BroadcastRingTest {
  private final BroadcastFixture ring = new BroadcastFixture(3, 1024);

  @Test
  void givesEachMessageToEveryReader() {
    BroadcastReader first = ring.admitted(0);
    BroadcastReader second = ring.admitted(1);

    assertThat(ring.offer(7, 0)).isEqualTo(Answer.OK);
    assertThat(ring.offer(8, 13)).isEqualTo(Answer.OK);

    List<Message> both = List.of(new Message(7, 0), new Message(8, 13));
    assertThat(drain(first)).isEqualTo(both);
    assertThat(drain(second)).isEqualTo(both);
    assertThat(poll(first)).isZero();
  }

  @Test
  void letsAMessageBeWrittenInPlaceOrGivenUp() {
    BroadcastReader reader = ring.admitted(0);

    int at = ring.writer.tryClaim(5, 24);
    assertThat(poll(reader)).isZero();
    RingFixture.fill(ring.writer.data(), at, 5, 24);
    ring.writer.commit();
    RingFixture.fill(ring.writer.data(), ring.writer.tryClaim(6, 400), 9, 400);
    ring.writer.abort();
    ring.offer(7, 8);

    assertThat(drain(reader)).containsExactly(new Message(5, 24), new Message(7, 8));
  }

  @Test
  void takesMessagesUpToHalfOfIt() {
    BroadcastReader reader = ring.admitted(0);
    assertThat(ring.writer.maxMessageLength()).isEqualTo(1024 / 2 - 16);

    for (int i = 1; i <= 10; i++) {
      assertThat(ring.offer(i, 496)).isEqualTo(Answer.OK);
      assertThat(drain(reader)).containsExactly(new Message(i, 496));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> ring.offer(1, 497));
  }

  @Test
  void waitsForTheSlowestReader() {
    BroadcastReader fast = ring.admitted(0);
    BroadcastReader slow = ring.admitted(1);

    // 31 records of 32 bytes; behind the 32nd there is no room for the word of zero.
    assertThat(ring.fill(1, 16)).isEqualTo(31);
    drain(fast);
    assertThat(ring.offer(32, 16)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(drain(slow, 1)).hasSize(1);
    assertThat(ring.fill(32, 16)).isOne();
    assertThat(drain(slow)).hasSize(31).last().isEqualTo(new Message(32, 16));
  }

  @Test
  void doesNotWaitForNobody() {
    for (int i = 1; i < 1000; i++) {
      assertThat(ring.offer(i, 40)).isEqualTo(Answer.OK);
    }
  }

  @Test
  void waitsNoLongerForAReaderThatIsDead() {
    BroadcastReader dead = ring.admitted(0);
    BroadcastReader alive = ring.admitted(1);
    ring.fill(1, 16);
    assertThat(drain(alive)).hasSize(31);

    ring.writer.readerIsDead(0);

    assertThat(ring.writer.holdsBackFor(0)).isFalse();
    assertThat(ring.fill(32, 16)).isEqualTo(31);
    assertThat(drain(alive)).hasSize(31).last().isEqualTo(new Message(62, 16));
    assertThat(dead.isConnected()).isTrue();
  }

  @Test
  void waitsNoLongerForAReaderThatHasLeft() {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 24);

    reader.close();

    assertThat(ring.offer(26, 24)).isEqualTo(Answer.OK);
    assertThatIllegalStateException().isThrownBy(() -> poll(reader));
  }

  @Test
  void givesAReaderThatJoinsWhatComesFromThenOn() {
    BroadcastReader first = ring.admitted(0);
    ring.offer(1, 24);
    BroadcastReader second = ring.reader(1);
    assertThat(poll(second)).isZero();
    assertThat(ring.writer.admit()).isEqualTo(2);
    ring.offer(2, 24);

    assertThat(drain(first)).hasSize(2);
    assertThat(drain(second)).containsExactly(new Message(2, 24));
  }

  @Test
  void admitsAReaderInTheCourseOfWriting() {
    ring.offer(1, 24);
    BroadcastReader reader = ring.reader(2);
    assertThat(reader.isConnected()).isFalse();
    for (int i = 2; i <= 4; i++) {
      ring.offer(i, 24);
    }

    assertThat(ring.writer.holdsBackFor(2)).isTrue();
    List<Message> got = new ArrayList<>();
    while (got.isEmpty()) {
      got.addAll(drain(reader));
    }
    assertThat(got).last().isEqualTo(new Message(4, 24));
  }

  @Test
  void admitsAReaderThatComesBeforeTheWriter() {
    ring.writer.close();
    BroadcastReader reader = ring.reader(0);
    assertThat(poll(reader)).isZero();
    ring.writer = ring.anotherWriter();
    ring.offer(1, 8); // begins the stream; nobody has joined this writer yet
    assertThat(poll(reader)).isZero();
    assertThat(ring.writer.admit()).isOne();
    ring.offer(2, 8);

    assertThat(poll(reader)).isOne();
    assertThat(reader.isConnected()).isTrue();
  }

  @Test
  void tellsAReaderThatItWasCutOffAndAdmitsItsNextLife() {
    BroadcastReader reader = ring.admitted(0);
    ring.offer(1, 24);
    ring.writer.readerIsDead(0);
    for (int i = 2; i < 40; i++) {
      assertThat(ring.offer(i, 24)).isEqualTo(Answer.OK);
    }

    assertThat(reader.poll((_, _, _, _) -> fail())).isEqualTo(Answer.CUT_OFF);
    assertThat(poll(reader)).isZero();
    assertThat(ring.writer.admit()).isOne();
    ring.offer(40, 24);
    assertThat(drain(reader)).containsExactly(new Message(40, 24));
  }

  /** Reads overwritten bytes, which may look like anything; the writer is not to blame. */
  @ParameterizedTest
  @ValueSource(ints = {24, 25, 33, 41, 49, 57, 65, 73, 81, 200, 400})
  void tellsAReaderThatItIsCutOffWhileItReads(int length) {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 24);

    int answer =
        reader.drain(
            (type, _, _, _) -> {
              if (type == 2) {
                ring.writer.readerIsDead(0);
                ring.fill(100, length, 100);
              }
            },
            100);

    assertThat(answer).isEqualTo(Answer.CUT_OFF);
    assertThat(poll(reader)).isZero();
    assertThat(reader.breach()).isEmpty();
  }

  @Test
  void doesNotAdmitALifeThatIsDead() {
    ring.writer.admit();
    BroadcastReader reader = ring.reader(0);
    poll(reader);
    ring.writer.readerIsDead(0);

    assertThat(ring.writer.admit()).isZero();
    assertThat(poll(reader)).isEqualTo(Answer.CUT_OFF);
    poll(reader);
    assertThat(ring.writer.admit()).isOne();
  }

  @Test
  void throwsOutAReaderWithAnImpossiblePositionAndNoOtherOne() {
    for (long wrong : new long[] {8, 48 + 1, 5 * 40 + 1, 1 - 8, 3 * 40 + 5, Long.MIN_VALUE + 1}) {
      BroadcastFixture ring = new BroadcastFixture(2, 1024);
      BroadcastReader victim = ring.admitted(0);
      BroadcastReader other = ring.admitted(1);
      ring.offer(1, 24);
      ring.offer(2, 24);
      drain(victim);
      ring.writer.admit();
      ring.offer(3, 24);
      drain(victim);
      ring.writer.admit();
      ring.offer(4, 24);
      assertThat(drain(other)).hasSize(4);

      RingFixture.set(ring.readerParts.get(0), Part.POSITION_AT, wrong);
      ring.writer.admit();

      assertThat(ring.writer.breach(0)).as("position %d", wrong).contains(Breach.READER_POSITION);
      assertThat(ring.writer.breach(1)).isEmpty();
      assertThat(ring.writer.admit()).isOne();
      int more = ring.fill(5, 24);
      assertThat(more).isGreaterThan(20);
      assertThat(drain(other)).hasSize(more);
      assertThat(poll(victim)).isEqualTo(Answer.CUT_OFF);
      poll(victim);
      assertThat(ring.writer.admit()).isEqualTo(2);
      assertThat(ring.writer.breach(0)).isEmpty();
    }
  }

  @Test
  void refusesAReaderWhosePartIsNone() {
    ring.writer.admit();
    ring.reader(0);
    ring.reader(1);
    RingFixture.set(ring.readerParts.get(0), Part.MAGIC_AT, 1);
    RingFixture.set(ring.readerParts.get(1), BroadcastPart.MODE_AT, 3);

    assertThat(ring.writer.admit()).isZero();
    assertThat(ring.writer.breach(0)).contains(Breach.HEAD);
    assertThat(ring.writer.breach(1)).contains(Breach.MODE);
    assertThat(ring.fill(1, 24, 100)).isEqualTo(100);
  }

  @Test
  void servesSixtyFourReaders() {
    BroadcastFixture ring = new BroadcastFixture(64, 4096);
    List<BroadcastReader> readers = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      readers.add(ring.admitted(i));
    }
    assertThat(ring.writer.admit()).isEqualTo(64);
    int next = 1;
    for (int round = 0; round < 20; round++) {
      int count = ring.fill(next, 100);
      assertThat(count).isPositive();
      for (BroadcastReader reader : readers) {
        assertThat(ring.offer(next + count, 100)).isEqualTo(Answer.BACK_PRESSURED);
        assertThat(drain(reader)).hasSize(count).first().isEqualTo(new Message(next, 100));
      }
      next += count;
    }
  }

  @Test
  void isOfDocumentedSizesAndChecksItsArguments() {
    assertThat(BroadcastRing.writerPartSize(64)).isEqualTo(0x500 + 64);
    assertThat(BroadcastRing.size(2, 64)).isEqualTo(2 * 256 + 0x500 + 64);
    assertThat(BroadcastRing.maxMessageLength(64)).isEqualTo(16);
    assertThatIllegalArgumentException().isThrownBy(() -> BroadcastRing.size(0, 64));
    assertThatIllegalArgumentException().isThrownBy(() -> BroadcastRing.size(65, 64));
    assertThatIllegalArgumentException().isThrownBy(() -> BroadcastRing.writerPartSize(65));
    MemorySegment memory = Arena.ofAuto().allocate(BroadcastRing.size(1, 64), 8);
    MemorySegment less = memory.asSlice(8);
    assertThatIllegalArgumentException().isThrownBy(() -> BroadcastRing.writer(less, 1, 64));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BroadcastRing.writer(memory.asReadOnly(), 1, 64));
    MemorySegment part = memory.asSlice(0, 256);
    assertThatIllegalArgumentException().isThrownBy(() -> BroadcastRing.reader(part, part, 0));
    assertThatThrownBy(() -> BroadcastRing.reader(memory, 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ring.writer.readerIsDead(3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    BroadcastReader reader = ring.admitted(0);
    assertThatIllegalArgumentException().isThrownBy(() -> reader.drain((_, _, _, _) -> {}, 0));
    ring.offer(1, 8);
    assertThatIllegalStateException().isThrownBy(() -> reader.poll((_, _, _, _) -> poll(reader)));
    ring.writer.close();
    assertThatIllegalStateException().isThrownBy(() -> ring.offer(1, 8));
  }

  private static void fail() {
    throw new AssertionError("an overwritten message");
  }

  @Test
  void leavesAClaimedMessageWithItsWriter() {
    BroadcastReader reader = ring.admitted(0);
    ring.writer.tryClaim(1, 8);
    ring.writer.close();
    assertThatIllegalStateException().isThrownBy(ring.writer::commit);
    assertThatIllegalStateException().isThrownBy(() -> ring.writer.tryClaim(1, 0));
    assertThatIllegalStateException().isThrownBy(() -> ring.writer.sleep(0));
    assertThatIllegalStateException().isThrownBy(ring.writer::admit);
    assertThat(ring.writer.isConnected()).isFalse();
    assertThat(poll(reader)).isNotPositive();
  }

  @Test
  void isNotClosedByAHandler() {
    BroadcastReader reader = ring.admitted(0);
    LossyReader lossy = ring.lossyReader(1);
    ring.fill(1, 24, 2);
    for (RingReader each : List.of(reader, lossy)) {
      assertThatIllegalStateException().isThrownBy(() -> each.poll((_, _, _, _) -> each.close()));
      assertThat(each.poll((_, _, _, _) -> {})).isOne();
    }
  }
}
