// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.word.Words;

/** Tests a part in the state that is visible while the directory clears a section. */
@DisplayName("A side of a ring whose other side's part is cleared, or half written")
final class ClearedPartTest extends SessionFixture {
  @Test
  void aReadersPartThatIsClearedIsOneThatIsGone() {
    SpscWriter writer = newWriter();
    settle(writer, newReader());
    while (offer(writer, 40) == Answer.OK) {
      // until it is full
    }
    RingFixture.set(readers, Part.POSITION_AT, 0);
    assertThat(offer(writer, 40)).isEqualTo(Answer.BACK_PRESSURED);
    readers.fill((byte) 0);
    assertThat(offer(writer, 40)).isEqualTo(Answer.PEER_GONE);
    assertThat(writer.breach(0)).isEmpty();

    SpscReader second = newReader();
    assertThat(offer(writer, 1)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(offer(writer, 2)).isEqualTo(Answer.OK);
    drain(second);
    assertThat(seen).containsExactly(2);
  }

  /** Clears the part up to any place, as is visible while the directory clears it. */
  @Test
  void aWritersPartThatIsBeingClearedIsOneThatIsGone() {
    for (int cleared = 8; cleared <= Part.HEAD + CAPACITY; cleared += 8) {
      memory.fill((byte) 0);
      seen.clear();
      SpscWriter first = newWriter();
      SpscReader reader = newReader();
      settle(first, reader);
      // Padding, with its message behind it at the start of the data area.
      for (int length : new int[] {100, 100}) {
        assertThat(RingFixture.offer(first, 1, length)).isEqualTo(Answer.OK);
        drain(reader);
      }
      assertThat(RingFixture.offer(first, 1, 100)).isEqualTo(Answer.OK);
      seen.clear();

      writers.asSlice(0, cleared).fill((byte) 0);
      int answer = reader.drain((_, _, _, _) -> {}, 10);
      assertThat(answer).as("%d bytes cleared", cleared).isIn(1, 0, Answer.PEER_GONE);
      assertThat(reader.breach()).isEmpty();
      writers.fill((byte) 0);
      if (answer != Answer.PEER_GONE) {
        assertThat(drain(reader)).isEqualTo(Answer.PEER_GONE);
      }
      SpscWriter second = newWriter();
      assertThat(drain(reader)).isEqualTo(Answer.PEER_RESTARTED);
      settle(second, reader);
      assertThat(offer(second, 2)).isEqualTo(Answer.OK);
      assertThat(drain(reader)).isOne();
    }
  }

  @Test
  void aPartThatIsBeingClearedIsNotJoined() {
    SpscWriter _ = newWriter();
    Words.INT.set(writers, Part.MAGIC_AT, 0);
    SpscReader reader = newReader();
    assertThat(drain(reader)).isZero();
    RingFixture.set(writers, Part.CAPACITY_AT, 0);
    assertThat(drain(reader)).isZero();
    writers.fill((byte) 0);

    SpscWriter second = newWriter();
    drain(reader);
    assertThat(offer(second, 2)).isEqualTo(Answer.OK);
    assertThat(drain(reader)).isOne();
  }

  @Test
  void aHeadThatIsBeingWrittenIsNotLookedAt() {
    SpscWriter first = newWriter();
    SpscReader reader = newReader();
    settle(first, reader);
    offer(first, 1);
    // The state between the first and the last store of a new writer.
    RingFixture.set(writers, Part.GENERATION_AT, 0);
    RingFixture.set(writers, Part.CAPACITY_AT, 77);
    Words.INT.set(writers, Part.VERSION_AT, 99);
    for (int i = 0; i < 3; i++) {
      drain(reader);
    }
    assertThat(seen).containsExactly(1, Answer.PEER_GONE);

    SpscWriter second = newWriter();
    drain(reader);
    drain(reader);
    offer(second, 2);
    drain(reader);
    assertThat(seen).containsExactly(1, Answer.PEER_GONE, Answer.PEER_RESTARTED, 2);
  }

  @Test
  void aReaderWhosePartWasClearedIsRungForItsOwnSleep() {
    SpscWriter writer = newWriter();
    SpscReader first = newReader();
    settle(writer, first);
    assertThat(first.sleep()).isTrue();
    assertThat(writer.peerSleeps()).isTrue();

    readers.fill((byte) 0);
    SpscReader second = newReader();
    settle(writer, second);
    assertThat(second.sleep()).isTrue();
    assertThat(writer.peerSleeps()).isTrue();
    assertThat(writer.peerSleeps()).isFalse();
  }
}
