// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ring.BroadcastFixture.drain;
import static tombolo.ring.BroadcastFixture.poll;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.RingFixture.Message;

@DisplayName("A lossy reader of a broadcast ring")
final class LossyReaderTest {
  private final BroadcastFixture ring = new BroadcastFixture(2, 1024);

  private LossyReader joined() {
    ring.writer.admit(); // which begins the stream
    return ring.lossyReader(0);
  }

  @Test
  void readsWhatIsThere() {
    LossyReader reader = joined();
    ring.offer(1, 0);
    ring.offer(2, 400);
    ring.offer(3, 33);

    assertThat(drain(reader))
        .containsExactly(new Message(1, 0), new Message(2, 400), new Message(3, 33));
    assertThat(poll(reader)).isZero();
    assertThat(reader.sequence()).isEqualTo(2);
    assertThat(reader.lost()).isZero();
  }

  @Test
  void neverHoldsTheWriterBack() {
    LossyReader reader = joined();

    assertThat(ring.fill(1, 24, 1000)).isEqualTo(1000);
    assertThat(ring.writer.admit()).isZero();
    assertThat(reader.isConnected()).isTrue();
  }

  @Test
  void learnsExactlyHowManyMessagesItHasLostAndGoesOnWithTheNewest() {
    LossyReader reader = joined();
    ring.fill(1, 24, 5);
    assertThat(drain(reader, 3)).hasSize(3);
    ring.fill(6, 24, 95);

    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    assertThat(reader.lost()).isEqualTo(96);
    assertThat(RingFixture.get(ring.readerParts.get(0), BroadcastPart.LOST_AT)).isEqualTo(96);
    assertThat(drain(reader)).containsExactly(new Message(100, 24));
    assertThat(reader.sequence()).isEqualTo(99);
    assertThat(poll(reader)).isZero();
  }

  @Test
  void keepsTheMessageBehindAGapWhateverIsWrittenMeanwhile() {
    LossyReader reader = joined();
    ring.fill(1, 24, 100);
    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    ring.fill(101, 24, 100);

    assertThat(poll(reader)).isOne();
    assertThat(reader.sequence()).isEqualTo(99);
    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    assertThat(reader.lost()).isEqualTo(198);
    assertThat(drain(reader)).containsExactly(new Message(200, 24));
  }

  @Test
  void losesNothingWhileTheWriterHasNotClaimedWhatItReadsNext() {
    LossyReader reader = joined();
    // 1024 bytes, of which the writer claims 64 ahead: 23 records of 40 bytes and a word.
    ring.fill(1, 24, 23);
    assertThat(drain(reader)).hasSize(23);
    ring.fill(24, 24, 23);
    assertThat(drain(reader)).hasSize(23);
    ring.fill(47, 24, 26);
    assertThat(poll(reader)).isEqualTo(Answer.LOST);
  }

  @Test
  void beginsWithTheNewestMessage() {
    ring.fill(1, 24, 100);
    LossyReader reader = ring.lossyReader(1);

    assertThat(drain(reader)).containsExactly(new Message(100, 24));
    assertThat(reader.lost()).isZero();
  }

  @Test
  void waitsForAMessageWhenTheNewestOneIsBeingOverwritten() {
    LossyReader reader = joined();
    ring.offer(1, 240);
    ring.offer(2, 248);
    assertThat(drain(reader, 1)).hasSize(1);
    // Behind 520 bytes, padding of 504 and 512 bytes of message: all of the data area.
    assertThat(ring.writer.tryClaim(3, 496)).isEqualTo(16);

    assertThat(poll(reader)).isZero();
    assertThat(reader.sleep()).isTrue();
    reader.wake();

    ring.writer.abort();
    ring.offer(4, 8);
    assertThat(reader.sleep()).isFalse();
    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    assertThat(drain(reader)).containsExactly(new Message(4, 8));
    assertThat(reader.lost()).isOne();
  }

  @Test
  void doesNotHandOverWhatIsOverwrittenWhileItIsCopied() {
    LossyReader reader = joined();
    ring.fill(1, 24, 10);
    // For the reader, the writer has begun to overwrite the first record only.
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, 1024 + 8);

    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    assertThat(drain(reader)).containsExactly(new Message(10, 24));
    assertThat(reader.lost()).isEqualTo(9);
  }

  @Test
  void doesNotGoPastPaddingThatIsOverwritten() {
    LossyReader reader = joined();
    ring.fill(1, 24, 25);
    assertThat(drain(reader)).hasSize(25);
    ring.fill(26, 24, 2);
    // Behind 1000 bytes lies padding of 24. It may be overwritten, the message behind it not yet.
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, 1000 + 1024 + 8);

    assertThat(poll(reader)).isEqualTo(Answer.LOST);
    assertThat(drain(reader)).containsExactly(new Message(27, 24));
  }

  @Test
  void readsWhatTheOldWriterHasPublishedBeforeItJoinsTheNewOne() {
    LossyReader reader = joined();
    ring.fill(1, 24, 5);
    ring.writer.close();
    ring.writer = ring.anotherWriter();

    assertThat(drain(reader)).hasSize(5);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(reader)).isZero();
    ring.offer(9, 8);
    assertThat(drain(reader)).containsExactly(new Message(9, 8));
    assertThat(reader.lost()).isZero();
    assertThat(reader.sequence()).isZero();
  }

  @Test
  void readsNothingOfANewStreamBeforeItHasJoinedIt() {
    LossyReader reader = joined();
    ring.fill(1, 24, 5);
    assertThat(drain(reader, 2)).hasSize(2);
    ring.writer = ring.anotherWriter();
    ring.fill(11, 40, 2);

    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(drain(reader)).containsExactly(new Message(12, 40));
    assertThat(reader.lost()).isZero();
  }

  @Test
  void saysThatTheWriterHasGone() {
    LossyReader reader = joined();
    ring.writer.close();

    assertThat(poll(reader)).isEqualTo(Answer.PEER_GONE);
    assertThat(poll(reader)).isZero();
  }
}
