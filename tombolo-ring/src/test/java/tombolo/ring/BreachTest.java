// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.RingFixture.Message;

@DisplayName("A side of a ring whose other side breaks the format")
final class BreachTest {
  private static final int CAPACITY = 128;

  private final RingFixture ring = RingFixture.startingAt(1024, CAPACITY);

  @ParameterizedTest
  @ValueSource(longs = {1017, 1, 1024, 1026, 1029, 1161, 1 << 20, -7, -1, Long.MAX_VALUE})
  void doesNotBelieveAReadersPosition(long word) {
    ring.offer(1, CAPACITY / 2 - 8);
    ring.offer(2, CAPACITY / 2 - 16);
    RingFixture.set(ring.readerPart, Part.POSITION_AT, word);
    writerIsBroken();
  }

  @Test
  void doesNotLetTheReadersPositionGoBackNotEvenToWhereItCouldBe() {
    ring.offer(1, 56);
    ring.offer(2, 48);
    ring.drain();
    ring.offer(3, 0);
    ring.offer(4, 48);
    ring.offer(5, 24);

    // 96 bytes wait from 1144 on, which the writer has seen; from 1136 on it would be 104.
    RingFixture.set(ring.readerPart, Part.POSITION_AT, 1137);
    writerIsBroken();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, Integer.MIN_VALUE})
  void knowsNoSuchType(int type) {
    ring.offer(1, 8);
    ring.setHeader(0, type, 8);
    readerIsBroken(Breach.RECORD_TYPE);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -8, 57, 64, 120, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void knowsNoMessageOfThatLength(int length) {
    ring.offer(1, 56);
    ring.offer(1, 48);
    ring.setHeader(0, 1, length);
    readerIsBroken(Breach.RECORD_LENGTH);
  }

  @Test
  void readsNoFurtherThanTheDataAreasEnd() {
    RingFixture late = RingFixture.startingAt(CAPACITY - 16, CAPACITY);
    late.offer(1, 8);
    late.offer(2, 8);
    late.setHeader(CAPACITY - 16, 1, 24);
    brokenReader(late, Breach.RECORD_LENGTH);
  }

  @ParameterizedTest
  @CsvSource({
    // Where, how long, and the type behind it.
    "0, 8, 1",
    "112, 0, 1",
    "112, 16, 1",
    "112, -8, 1",
    "112, 8, 0",
    "112, 8, -1",
    "112, 8, -2",
    "64, 56, 1",
    "0, 120, 1",
    "120, -1, 1",
  })
  void knowsNoSuchPadding(int place, int length, int type) {
    RingFixture late = RingFixture.startingAt(place, CAPACITY);
    late.setHeader(0, type, 0);
    late.setHeader(place, Records.PADDING, length);
    brokenReader(late, Breach.PADDING);
  }

  @Test
  void doesNotBelieveALengthBehindPadding() {
    RingFixture late = RingFixture.startingAt(CAPACITY - 8, CAPACITY);
    late.setHeader(0, 1, 57);
    late.setHeader(CAPACITY - 8, Records.PADDING, 0);
    assertThat(late.reader.poll(BreachTest::unexpected)).isEqualTo(Answer.PEER_BROKEN);
    assertThat(late.reader.breach()).contains(Breach.RECORD_LENGTH);
  }

  @Test
  void deliversWhatCameBeforeTheBreach() {
    ring.offer(1, 8);
    ring.offer(2, 8);
    ring.setHeader(16, 0, 8);

    assertThat(ring.reader.drain(RingFixture::check, 10)).isOne();
    readerIsBroken(Breach.RECORD_TYPE);
    assertThat(ring.read()).isEqualTo(1024 + 16);
  }

  @Test
  void readsAHeaderOnceAndKeepsToIt() {
    ring.offer(1, 8);
    ring.offer(2, 8);
    int count =
        ring.reader.drain(
            (type, _, at, length) -> {
              ring.setHeader(at - 8, -5, 1 << 20);
              assertThat(new Message(type, length)).isIn(new Message(1, 8), new Message(2, 8));
            },
            10);
    assertThat(count).isEqualTo(2);
    assertThat(ring.reader.breach()).isEmpty();
  }

  @Test
  void doesNotCareWhatTheOtherSideDoesToItsOwnPosition() {
    ring.offer(1, 8);
    RingFixture.set(ring.readerPart, Part.POSITION_AT, -1);
    assertThat(ring.drain()).hasSize(1);
    RingFixture.set(ring.writerPart, Part.POSITION_AT, -1);
    ring.offer(2, 8);
    assertThat(ring.drain()).containsExactly(new Message(2, 8));
  }

  private void readerIsBroken(Breach how) {
    brokenReader(ring, how);
  }

  private static void brokenReader(RingFixture ring, Breach how) {
    long position = ring.read();
    long at = position & (CAPACITY - 1);
    for (int i = 0; i < 3; i++) {
      assertThat(ring.reader.drain(BreachTest::unexpected, 10)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(ring.reader.breach()).contains(how);
      assertThat(ring.reader.isConnected()).isFalse();
      // Even if all is well again: what was lost in between is not known.
      ring.setHeader(at, 1, 0);
    }
    assertThat(ring.read()).isEqualTo(position);
  }

  private static void unexpected(int type, MemorySegment data, int at, int length) {
    throw new AssertionError("a message of type " + type);
  }

  private void writerIsBroken() {
    byte[] before = ring.writerPart.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 3; i++) {
      assertThat(ring.offer(9, 40)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(ring.writer.tryClaim(9, 0)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(ring.writer.breach(0)).contains(Breach.READER_POSITION);
      RingFixture.set(ring.readerPart, Part.POSITION_AT, ring.written() + 1);
    }
    assertThat(Arrays.equals(before, ring.writerPart.toArray(ValueLayout.JAVA_BYTE))).isTrue();
  }
}
