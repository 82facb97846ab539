// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ring.BroadcastFixture.drain;
import static tombolo.ring.BroadcastFixture.poll;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.RingFixture.Message;

@DisplayName("A broadcast ring whose sides start anew")
final class BroadcastRestartTest {
  private final BroadcastFixture ring = new BroadcastFixture(3, 1024);

  @Test
  void leavesTheOldStreamAloneUntilItsReadersHaveReadIt() {
    BroadcastReader first = ring.admitted(0);
    BroadcastReader second = ring.admitted(1);
    ring.fill(1, 24, 5);
    ring.writer = ring.anotherWriter();

    assertThat(ring.offer(9, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(first)).hasSize(5);
    assertThat(poll(first)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(first)).isZero();
    assertThat(ring.offer(9, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(ring.writer.isConnected()).isFalse();
    assertThat(drain(second)).hasSize(5).last().isEqualTo(new Message(5, 24));
    assertThat(poll(second)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(second)).isZero();

    assertThat(ring.writer.admit()).isEqualTo(2);
    assertThat(ring.offer(9, 24)).isEqualTo(Answer.OK);
    assertThat(poll(first)).isOne();
    assertThat(drain(second)).containsExactly(new Message(9, 24));
  }

  @Test
  void waitsNoLongerForReadersOfTheOldStreamThatAreDeadOrHaveLeft() {
    BroadcastReader dead = ring.admitted(0);
    BroadcastReader left = ring.admitted(1);
    ring.fill(1, 24, 5);
    ring.writer = ring.anotherWriter();

    left.close();
    assertThat(ring.offer(9, 24)).isEqualTo(Answer.NOT_CONNECTED);
    ring.writer.readerIsDead(0);
    assertThat(ring.offer(9, 24)).isEqualTo(Answer.OK);
    assertThat(dead.poll((_, _, _, _) -> {})).isEqualTo(Answer.CUT_OFF);
  }

  @Test
  void waitsForThoseReadersThroughSeveralLivesOfTheWriter() {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 24, 5);
    ring.anotherWriter();
    ring.writer = ring.anotherWriter();

    assertThat(ring.offer(9, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(reader)).hasSize(5);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(reader)).isZero();
    assertThat(ring.offer(9, 24)).isEqualTo(Answer.OK);
  }

  @Test
  void doesNotTakeTheOldWritersAdmissionForTheNewOnes() {
    BroadcastReader reader = ring.admitted(2);
    ring.fill(1, 24, 5);
    ring.writer = ring.anotherWriter();
    drain(reader);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);

    assertThat(poll(reader)).isZero();
    assertThat(reader.isConnected()).isFalse();
    ring.fill(6, 24, 2); // another stream has begun, and the writer has looked at readers 0 and 1
    assertThat(poll(reader)).isZero();
    assertThat(reader.isConnected()).isFalse();
    ring.fill(8, 24, 1);
    assertThat(drain(reader)).containsExactly(new Message(8, 24));
    assertThat(reader.isConnected()).isTrue();
  }

  @Test
  void holdsBackForAReadersNextLifeOnly() {
    ring.admitted(0);
    ring.fill(1, 24);
    BroadcastReader next = ring.reader(0);

    assertThat(ring.offer(26, 24)).isEqualTo(Answer.OK);
    assertThat(ring.writer.holdsBackFor(0)).isTrue();
    poll(next);
    assertThat(drain(next)).isSubsetOf(new Message(26, 24));
    assertThat(next.isConnected()).isTrue();
  }

  @Test
  void doesNotTakeAReaderWhosePartWasClearedForItsLastLife() {
    ring.admitted(0);
    ring.writer.readerIsDead(0);
    ring.readerParts.get(0).fill((byte) 0);

    BroadcastReader next = ring.reader(0);
    assertThat(ring.writer.admit()).isOne();
    assertThat(poll(next)).isZero();
    assertThat(next.isConnected()).isTrue();
  }

  @Test
  void doesNotTakeAWriterThatDiedWhileItStartedForTheLastOne() {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 24, 2);
    long generation = RingFixture.get(ring.writerPart, Part.GENERATION_AT);
    RingFixture.set(ring.writerPart, Part.GENERATION_AT, 0);

    ring.writer = ring.anotherWriter();

    assertThat(RingFixture.get(ring.writerPart, Part.GENERATION_AT)).isNotIn(0L, generation);
    assertThat(drain(reader)).hasSize(2);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
  }

  @Test
  void readsWhatAWriterHasPublishedThatEndedBeforeItsReaderSawThatItWasAdmitted() {
    ring.writer.admit();
    BroadcastReader reader = ring.reader(0);
    ring.writer.admit();
    ring.fill(1, 24, 3);
    ring.writer = ring.anotherWriter();

    assertThat(ring.offer(9, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(drain(reader)).hasSize(3);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
  }

  @Test
  void deliversWhatWasPublishedByAWriterThatDiedInTheMiddleOfAMessage() {
    BroadcastReader holding = ring.admitted(0);
    LossyReader lossy = ring.lossyReader(1);
    ring.fill(1, 24, 3);
    RingFixture.fill(ring.writer.data(), ring.writer.tryClaim(4, 400), 4, 400);
    ring.writer = ring.anotherWriter();

    bothReadAndJoinTheNextWriter(holding, lossy, 3);
  }

  @Test
  void deliversWhatWasPublishedByAWriterThatDiedBeforeItToldOnlookers() {
    BroadcastReader holding = ring.admitted(0);
    LossyReader lossy = ring.lossyReader(1);
    ring.fill(1, 24, 2);
    long[] words = {BroadcastPart.LATEST_AT, Part.POSITION_AT, Part.MESSAGES_AT};
    for (int stored = 0; stored < words.length; stored++) {
      long[] before = new long[words.length];
      for (int i = 0; i < words.length; i++) {
        before[i] = RingFixture.get(ring.writerPart, words[i]);
      }
      ring.fill(3, 24, 1);
      for (int i = stored; i < words.length; i++) {
        RingFixture.set(ring.writerPart, words[i], before[i]);
      }
      ring.writer = ring.anotherWriter();
      bothReadAndJoinTheNextWriter(holding, lossy, 3);
      assertThat(drain(holding)).hasSize(1);
      assertThat(drain(lossy)).hasSize(1);
      ring.fill(2, 24, 1);
      ring.fill(2, 24, 1);
    }
  }

  private void bothReadAndJoinTheNextWriter(
      BroadcastReader holding, LossyReader lossy, int messages) {
    assertThat(drain(holding)).hasSize(messages);
    assertThat(drain(lossy)).hasSize(messages);
    assertThat(poll(lossy)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(holding)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(holding)).isZero();
    assertThat(ring.writer.admit()).isOne();
    assertThat(poll(lossy)).isZero();
    assertThat(ring.offer(1, 24)).isEqualTo(Answer.OK);
  }

  @Test
  void survivesAWriterThatDiedWhileItBeganAStream() {
    BroadcastReader reader = ring.admitted(0);
    LossyReader lossy = ring.lossyReader(1);
    ring.fill(1, 24, 2);
    ring.anotherWriter();
    drain(lossy);
    drain(reader);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(reader)).isZero();
    RingFixture.set(ring.writerPart, BroadcastPart.STREAM_AT, 0);
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, 8);
    RingFixture.set(ring.writerPart, BroadcastPart.DATA_AT, 0);
    assertThat(poll(reader)).isZero();
    assertThat(poll(lossy)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(lossy)).isZero();

    ring.writer = ring.anotherWriter();
    assertThat(ring.offer(3, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(poll(reader)).isZero();
    assertThat(ring.writer.admit()).isOne();
    assertThat(poll(lossy)).isZero();
    assertThat(ring.offer(3, 24)).isEqualTo(Answer.OK);
    assertThat(drain(reader)).containsExactly(new Message(3, 24));
    assertThat(drain(lossy)).containsExactly(new Message(3, 24));
  }

  @Test
  void usesNoGenerationTwice() {
    Set<Long> generations = new HashSet<>();
    for (int life = 0; life < 5; life++) {
      ring.writer = ring.anotherWriter();
      assertThat(generations.add(RingFixture.get(ring.writerPart, Part.GENERATION_AT))).isTrue();
      if (life % 2 == 0) {
        ring.writer.close();
      } else {
        RingFixture.set(ring.writerPart, Part.GENERATION_AT, 0); // died while it formatted
      }
    }
  }

  @Test
  void saysOnceThatTheWriterHasGoneAndServesTheNextOne() {
    BroadcastReader reader = ring.admitted(0);
    ring.fill(1, 24, 2);
    ring.writer.close();

    assertThat(drain(reader)).hasSize(2);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_GONE);
    assertThat(poll(reader)).isZero();
    ring.writer = ring.anotherWriter();
    // The last reader of the old stream has not yet said that it is done with it.
    assertThat(ring.offer(3, 24)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(poll(reader)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(reader)).isZero();
    assertThat(ring.writer.admit()).isOne();
    assertThat(poll(reader)).isZero();
    assertThat(ring.offer(3, 24)).isEqualTo(Answer.OK);
    assertThat(drain(reader)).containsExactly(new Message(3, 24));
  }

  @Test
  void takesMemoryThatWasAnotherRings() {
    SpscRing.writer(ring.writerPart, ring.readerParts.get(0), 64);
    ring.writerPart.asSlice(0x100, 0x400).fill((byte) 0xff);
    SpscRing.reader(ring.writerPart, ring.readerParts.get(0));
    ring.writer = ring.anotherWriter();

    BroadcastReader reader = ring.admitted(0);
    ring.offer(1, 24);
    assertThat(drain(reader)).hasSize(1);
  }
}
