// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the section on joining in docs/ring-format.md, sentence by sentence. */
@DisplayName("The two sides of a ring, each of which may start anew")
final class SessionsTest extends SessionFixture {
  @Test
  void nothingIsWrittenBeforeAReaderHasJoined() {
    data.fill((byte) 0x77);
    SpscWriter writer = newWriter();
    for (int i = 0; i < 3; i++) {
      assertThat(offer(writer, 1)).isEqualTo(Answer.NOT_CONNECTED);
      assertThat(writer.tryClaim(1, 0)).isEqualTo(Answer.NOT_CONNECTED);
    }
    assertThat(writer.isConnected()).isFalse();
    SpscReader reader = newReader();
    assertThat(reader.isConnected()).isFalse();
    for (long i = 0; i < data.byteSize(); i++) {
      assertThat(data.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) 0x77);
    }
    assertThat(drain(reader)).isZero();

    assertThat(offer(writer, 1)).isEqualTo(Answer.OK);
    assertThat(writer.isConnected()).isTrue();
    assertThat(drain(reader)).isOne();
    assertThat(reader.isConnected()).isTrue();
  }

  @Test
  void aWriterFindsAReaderThatWasThereBefore() {
    SpscReader reader = newReader();
    SpscWriter writer = newWriter();
    assertThat(offer(writer, 1)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(reader)).isZero();

    assertThat(offer(writer, 2)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(seen).containsExactly(2);
  }

  @Test
  void aReaderFindsAWriterThatWasThereBefore() {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();

    assertThat(offer(writer, 1)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(seen).containsExactly(1);
  }

  @Test
  void aReaderReadsNothingBeforeTheWriterHasBegunForIt() {
    RingFixture.set(data, 0, Records.header(1, 8));
    SpscWriter _ = newWriter();
    SpscReader reader = newReader();
    assertThat(drain(reader)).isZero();
    assertThat(drain(reader)).isZero();
    assertThat(seen).isEmpty();
  }

  @Test
  void whatAnOldWriterPublishedComesBeforeTheNewsOfANewOne() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    offer(first, 1);
    drain(reader);
    offer(first, 2);
    offer(first, 3);

    SpscWriter second = newWriter();
    assertThat(offer(second, 4)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(reader)).isEqualTo(2);
    assertThat(offer(second, 4)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(reader)).isEqualTo(Answer.PEER_RESTARTED);
    drain(reader);
    assertThat(offer(second, 5)).isEqualTo(Answer.OK);
    drain(reader);
    drain(reader);
    assertThat(seen).containsExactly(1, 2, 3, Answer.PEER_RESTARTED, 5);
    assertThat(RingFixture.get(readers, Part.POSITION_AT)).isEqualTo(17);
  }

  @Test
  void aMessageIsReadAtOnceWithTheLimitAndTheNewsComesLater() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    settle(first, reader);
    offer(first, 1);
    offer(first, 2);
    SpscWriter _ = newWriter();
    assertThat(reader.poll(RingFixture::check)).isOne();
    assertThat(reader.poll(RingFixture::check)).isOne();
    assertThat(reader.poll(RingFixture::check)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(reader.poll(RingFixture::check)).isZero();
  }

  @Test
  void whatAWriterPublishedThatLeftBeforeTheReaderLookedIsRead() {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    offer(writer, 1);
    offer(writer, 2);
    writer.close();

    drain(reader);
    drain(reader);
    drain(reader);
    assertThat(seen).containsExactly(1, 2, Answer.PEER_GONE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatAWriterPublishedThatDiedBeforeTheReaderLookedIsReadAfterOthersHaveCome(int others) {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    offer(writer, 1);
    offer(writer, 2);
    for (int i = 0; i < others; i++) {
      writer = newWriter(64);
      assertThat(offer(writer, 3)).isEqualTo(Answer.NOT_CONNECTED);
    }

    drain(reader);
    drain(reader);
    drain(reader);
    assertThat(offer(writer, 4)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(seen).containsExactly(1, 2, Answer.PEER_RESTARTED, 4);
  }

  @Test
  void aHalfWrittenMessageOfADeadWriterIsNeverSeen() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    settle(first, reader);
    offer(first, 10);
    int at = first.tryClaim(20, 40);
    RingFixture.fill(first.data(), at, 20, 40);
    // A header in the payload, where a later message's could be.
    RingFixture.set(data, at, Records.header(99, 0));

    SpscWriter second = newWriter();
    drain(reader);
    drain(reader);
    drain(reader);
    offer(second, 30);
    drain(reader);
    assertThat(seen).containsExactly(10, Answer.PEER_RESTARTED, 30);
  }

  @Test
  void aNewReaderGetsNothingOfAnOldOne() {
    SpscWriter writer = newWriter();
    SpscReader first = newReader();
    offer(writer, 1);
    drain(first);
    offer(writer, 2);
    offer(writer, 3);

    SpscReader second = newReader();
    seen.clear();
    assertThat(drain(second)).isZero();
    assertThat(offer(writer, 4)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(drain(second)).isZero();
    assertThat(offer(writer, 5)).isEqualTo(Answer.OK);
    assertThat(offer(writer, 6)).isEqualTo(Answer.OK);
    drain(second);
    assertThat(seen).containsExactly(5, 6);
  }

  @Test
  void aMessageThatWasClaimedForAnOldReaderIsNotForANewOne() {
    SpscWriter writer = newWriter();
    SpscReader first = newReader();
    settle(writer, first);
    int at = writer.tryClaim(1, 16);
    RingFixture.fill(writer.data(), at, 1, 16);
    SpscReader second = newReader();
    drain(second);
    writer.commit();
    drain(second);

    assertThat(offer(writer, 2)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(offer(writer, 3)).isEqualTo(Answer.OK);
    drain(second);
    assertThat(seen).containsExactly(3);
  }

  @Test
  void bothStartAnew() {
    settle(newWriter(), newReader());
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    drain(reader);
    assertThat(offer(writer, 1)).isEqualTo(Answer.OK);
    drain(reader);
    drain(reader);
    assertThat(seen).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aSideThatStartsAnewSeveralTimesBetweenTwoCallsIsNoticedOnce(int times) {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    settle(writer, reader);
    for (int i = 0; i < times; i++) {
      reader = newReader();
    }
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_RESTARTED);
    settle(writer, reader);
    for (int i = 0; i < times; i++) {
      writer = newWriter();
    }
    for (int i = 0; i < 3; i++) {
      drain(reader);
    }
    assertThat(offer(writer, 7)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(seen).containsExactly(Answer.PEER_RESTARTED, 7);
  }

  @Test
  void aWriterThatLeavesIsGoneWhenWhatItPublishedIsRead() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    settle(first, reader);
    offer(first, 1);
    first.close();
    for (int i = 0; i < 4; i++) {
      drain(reader);
    }
    assertThat(seen).containsExactly(1, Answer.PEER_GONE);
    assertThat(reader.isConnected()).isFalse();

    SpscWriter second = newWriter();
    drain(reader);
    drain(reader);
    assertThat(offer(second, 2)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(seen).containsExactly(1, Answer.PEER_GONE, Answer.PEER_RESTARTED, 2);
  }

  @Test
  void aReaderThatLeavesIsGoneUntilAnotherComes() {
    SpscWriter writer = newWriter();
    SpscReader first = newReader();
    settle(writer, first);
    first.close();
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_GONE);
    assertThat(offer(writer, 1)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(writer.isConnected()).isFalse();

    SpscReader second = newReader();
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(offer(writer, 2)).isEqualTo(Answer.OK);
    drain(second);
    assertThat(seen).containsExactly(2);
  }

  @Test
  void aReaderThatSomebodyKnowsToBeDeadIsGoneOnceWhateverBecomesOfItsMemory() {
    SpscWriter writer = newWriter();
    settle(writer, newReader());
    writer.readerIsDead(0);
    writer.readerIsDead(0);
    assertThat(writer.isConnected()).isFalse();
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_GONE);
    assertThat(offer(writer, 1)).isEqualTo(Answer.NOT_CONNECTED);
    readers.fill((byte) 0);
    assertThat(offer(writer, 1)).isEqualTo(Answer.NOT_CONNECTED);

    SpscReader second = newReader();
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(offer(writer, 2)).isEqualTo(Answer.OK);
    drain(second);
    assertThat(seen).containsExactly(2);
  }

  @Test
  void aNewWriterMayHaveAnotherCapacity() {
    SpscReader reader = newReader();
    for (int capacity : new int[] {64, 4 * CAPACITY, 128, 64, CAPACITY}) {
      SpscWriter writer = newWriter(capacity);
      drain(reader);
      settle(writer, reader);
      assertThat(reader.capacity()).isEqualTo(capacity);
      for (int i = 0; i < 100; i++) {
        int length = (7 * i) % (writer.maxMessageLength() + 1);
        assertThat(RingFixture.offer(writer, 1, length)).isEqualTo(Answer.OK);
        assertThat(drain(reader)).isOne();
      }
    }
  }

  /** Nobody has joined the second life, so the third may have its number. */
  @Test
  void aWriterMayTakeThePlaceOfOneThatTheReaderHasSeenOnly() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    settle(first, reader);
    SpscWriter second = newWriter();
    assertThat(drain(reader)).isEqualTo(Answer.PEER_RESTARTED);
    second.close();
    SpscWriter third = newWriter(64);
    drain(reader);
    settle(third, reader);
    for (int i = 0; i < 50; i++) {
      assertThat(RingFixture.offer(third, 3, i % 25)).isEqualTo(Answer.OK);
      assertThat(drain(reader)).isOne();
    }
    assertThat(reader.capacity()).isEqualTo(64);
  }

  @Test
  void aLifeHasNeitherTheLastOnesNumberNorTheOneThatTheOtherSideRemembers() {
    SpscWriter first = newWriter();
    settle(first, newReader());
    long remembered = RingFixture.get(readers, Part.PEER_AT);
    assertThat(RingFixture.get(writers, Part.GENERATION_AT)).isEqualTo(remembered);
    for (long last : new long[] {0, -1, remembered - 1, remembered}) {
      RingFixture.set(writers, Part.LIVES_AT, last);
      SpscWriter _ = newWriter();
      assertThat(RingFixture.get(writers, Part.GENERATION_AT)).isNotIn(0L, last, remembered);
    }
  }

  @Test
  void aSideKnowsByItselfWhatItHasSaid() {
    SpscReader reader = newReader();
    SpscWriter writer = newWriter();
    // A writer in the same segment stores, in the reader's name, that the reader has joined it.
    RingFixture.set(readers, Part.PEER_AT, RingFixture.get(writers, Part.GENERATION_AT));
    assertThat(offer(writer, 1)).isEqualTo(Answer.OK);
    drain(reader);
    assertThat(reader.breach()).isEmpty();
    assertThat(seen).containsExactly(1);
  }

  @Test
  void aSideThatHasLeftDoesNothingMore() {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    settle(writer, reader);
    writer.tryClaim(1, 8);
    byte[] before = data.toArray(ValueLayout.JAVA_BYTE);

    writer.close();
    reader.close();
    writer.close();
    reader.close();

    isClosed(() -> offer(writer, 1));
    isClosed(() -> writer.tryClaim(1, 0));
    isClosed(writer::commit);
    isClosed(writer::abort);
    isClosed(() -> writer.sleep(0));
    isClosed(() -> drain(reader));
    isClosed(() -> reader.poll(RingFixture::check));
    isClosed(reader::sleep);
    assertThat(writer.isConnected() || reader.isConnected()).isFalse();
    assertThat(data.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    assertThat(RingFixture.get(writers, Part.GENERATION_AT)).isZero();
    assertThat(RingFixture.get(readers, Part.GENERATION_AT)).isZero();
  }

  private static void isClosed(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHandlerDoesNotCloseItsRing() {
    SpscWriter writer = newWriter();
    SpscReader reader = newReader();
    offer(writer, 1);
    isClosed(() -> reader.poll((_, _, _, _) -> reader.close()));
    offer(writer, 2);
    assertThat(drain(reader)).isOne();
  }
}
