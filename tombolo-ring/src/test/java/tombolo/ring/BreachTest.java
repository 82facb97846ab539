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
  @ValueSource(longs = {1016, 0, 1025, 1028, 1160, 1 << 20, -8, Long.MAX_VALUE, Long.MIN_VALUE})
  void doesNotBelieveAWritersPosition(long position) {
    RingFixture.set(ring.writerPart, Part.POSITION_AT, position);
    readerIsBroken(Breach.WRITER_POSITION);
  }

  @ParameterizedTest
  @ValueSource(longs = {1016, 0, 1025, 1028, 1160, 1 << 20, -8, Long.MAX_VALUE, Long.MIN_VALUE})
  void doesNotBelieveAReadersPosition(long position) {
    ring.offer(1, CAPACITY / 2 - 8);
    ring.offer(2, CAPACITY / 2 - 8);
    RingFixture.set(ring.readerPart, Part.POSITION_AT, position);
    writerIsBroken();
  }

  @Test
  void doesNotLetTheReadersPositionGoBackNotEvenToWhereItCouldBe() {
    ring.offer(1, 56);
    ring.offer(2, 56);
    ring.drain();
    ring.offer(3, 0);
    ring.offer(4, 48);
    ring.offer(5, 24);

    // 96 bytes wait from 1152 on, which the writer has seen; from 1144 on it would be 104.
    RingFixture.set(ring.readerPart, Part.POSITION_AT, 1144);
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
    ring.offer(1, 56);
    ring.setHeader(0, 1, length);
    readerIsBroken(Breach.RECORD_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 24, 56})
  void readsNoFurtherThanIsPublished(int length) {
    ring.offer(1, 16);
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
    // Where, how long, and how much is published after the position.
    "0, 8, 64",
    "112, 0, 64",
    "112, 16, 64",
    "112, -8, 64",
    "112, 8, 16",
    "64, 56, 128",
    "0, 120, 128",
    "120, -1, 64",
  })
  void knowsNoSuchPadding(int place, int length, int published) {
    RingFixture late = RingFixture.startingAt(place, CAPACITY);
    late.setHeader(place, Records.PADDING, length);
    RingFixture.set(late.writerPart, Part.POSITION_AT, place + published);
    brokenReader(late, Breach.PADDING);
  }

  @Test
  void isNotKeptBusyByPaddingAlone() {
    RingFixture late = RingFixture.startingAt(CAPACITY - 8, CAPACITY);
    late.setHeader(CAPACITY - 8, Records.PADDING, 0);
    late.setHeader(0, Records.PADDING, CAPACITY - 8);
    RingFixture.set(late.writerPart, Part.POSITION_AT, CAPACITY * 2L - 8);
    assertThat(late.reader.poll(RingFixture::check)).isEqualTo(SpscRing.PEER_BROKEN);
    assertThat(late.reader.breach()).contains(Breach.PADDING);
  }

  @Test
  void deliversWhatCameBeforeTheBreach() {
    ring.offer(1, 8);
    ring.offer(2, 8);
    ring.setHeader(16, 0, 0);

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
              RingFixture.set(ring.writerPart, Part.POSITION_AT, -1);
              assertThat(new Message(type, length)).isIn(new Message(1, 8), new Message(2, 8));
            },
            10);
    assertThat(count).isEqualTo(2);
    readerIsBroken(Breach.WRITER_POSITION);
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
    MemorySegment own = ring.readerPart;
    long position = ring.read();
    for (int i = 0; i < 3; i++) {
      assertThat(ring.reader.drain((_, _, _, _) -> Breach.valueOf("none"), 10))
          .isEqualTo(SpscRing.PEER_BROKEN);
      assertThat(ring.reader.breach()).contains(how);
      // Even if all is well again: what was lost in between is not known.
      SpscRing.formatWriter(ring.writerPart, CAPACITY, RingFixture.GENERATION);
      RingFixture.set(ring.writerPart, Part.POSITION_AT, position);
    }
    assertThat(RingFixture.get(own, Part.POSITION_AT)).isEqualTo(position);
  }

  private void writerIsBroken() {
    byte[] before = ring.writerPart.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 3; i++) {
      assertThat(ring.offer(9, 40)).isEqualTo(SpscRing.PEER_BROKEN);
      assertThat(ring.writer.tryClaim(9, 0)).isEqualTo(SpscRing.PEER_BROKEN);
      assertThat(ring.writer.breach()).contains(Breach.READER_POSITION);
      RingFixture.set(ring.readerPart, Part.POSITION_AT, ring.written());
    }
    assertThat(Arrays.equals(before, ring.writerPart.toArray(ValueLayout.JAVA_BYTE))).isTrue();
  }
}
