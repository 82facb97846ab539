// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.word.Words;

@DisplayName("Joining a ring")
final class JoiningTest {
  private static final int CAPACITY = 128;

  private final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 128);
  private final MemorySegment readers = ring.asSlice(0, 256);
  private final MemorySegment writers = ring.asSlice(256);

  @Test
  void worksInOneSegment() {
    SpscReader reader = SpscRing.reader(ring);
    assertThat(reader.capacity()).isZero();
    SpscWriter writer = SpscRing.writer(ring, CAPACITY);

    carriesAMessage(writer, reader);
    assertThat(writer.capacity()).isEqualTo(CAPACITY).isEqualTo(reader.capacity());
  }

  @Test
  void needsNoWriteAccessToTheOtherSidesPart() {
    carriesAMessage(
        SpscRing.writer(writers, readers.asReadOnly(), CAPACITY),
        SpscRing.reader(writers.asReadOnly(), readers));
  }

  @Test
  void worksOverAnArray() {
    MemorySegment array = MemorySegment.ofArray(new long[100]);
    carriesAMessage(SpscRing.writer(array, CAPACITY), SpscRing.reader(array));
  }

  @Test
  void worksOverMemoryThatHoldsAnything() {
    ring.fill((byte) 0xa5);
    carriesAMessage(SpscRing.writer(ring, CAPACITY), SpscRing.reader(ring));
  }

  private static void carriesAMessage(SpscWriter writer, SpscReader reader) {
    RingFixture.connect(writer, reader);
    assertThat(RingFixture.offer(writer, 1, 5)).isEqualTo(Answer.OK);
    assertThat(reader.poll(RingFixture::check)).isOne();
    assertThat(reader.poll(RingFixture::check)).isZero();
  }

  @Test
  void checksTheFixedFieldsOfTheWritersHead() {
    readerRefuses(() -> Words.INT.set(writers, 0L, 0x52424d54), Breach.HEAD);
    readerRefuses(() -> Words.INT.set(writers, 4L, 0), Breach.HEAD);
    readerRefuses(() -> Words.INT.set(writers, 4L, 2), Breach.HEAD);
  }

  @Test
  void checksTheFixedFieldsOfTheReadersHead() {
    writerRefuses(() -> Words.INT.set(readers, 0L, 0x57424d54));
    writerRefuses(() -> Words.INT.set(readers, 4L, 0));
    writerRefuses(() -> Words.INT.set(readers, 4L, 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 32, 127, 1L << 31, 1L << 32, (1L << 32) + 128, -128, Long.MIN_VALUE})
  void refusesACapacityThatIsNone(long capacity) {
    readerRefuses(() -> Words.LONG.set(writers, 8L, capacity), Breach.CAPACITY);
  }

  @ParameterizedTest
  @ValueSource(longs = {256, 1L << 30})
  void refusesACapacityThatTheMemoryDoesNotHave(long capacity) {
    readerRefuses(() -> Words.LONG.set(writers, 8L, capacity), Breach.CAPACITY);
  }

  private void readerRefuses(Runnable damage, Breach how) {
    SpscWriter _ = SpscRing.writer(ring, CAPACITY);
    damage.run();
    SpscReader reader = SpscRing.reader(ring);
    for (int i = 0; i < 3; i++) {
      assertThat(reader.poll(RingFixture::check)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(reader.breach()).contains(how);
      SpscWriter _ = SpscRing.writer(ring, CAPACITY);
    }
    assertThat(RingFixture.get(readers, Part.PEER_AT)).isZero();
  }

  private void writerRefuses(Runnable damage) {
    SpscReader _ = SpscRing.reader(ring);
    damage.run();
    SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    for (int i = 0; i < 3; i++) {
      assertThat(writer.tryClaim(1, 0)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(writer.breach(0)).contains(Breach.HEAD);
      SpscReader _ = SpscRing.reader(ring);
    }
    assertThat(RingFixture.get(writers, Part.PEER_AT)).isZero();
  }

  @Test
  void needsMemoryThatCanHoldARing() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[1000]);
    MemorySegment odd = ring.asSlice(4);
    Arena arena = Arena.ofAuto();
    MemorySegment tiny = arena.allocate(8, 8);

    misuse(() -> SpscRing.writer(bytes, 64), "aligned to 8 bytes");
    misuse(() -> SpscRing.reader(bytes), "aligned to 8 bytes");
    misuse(() -> SpscRing.writer(odd, 64), "aligned to 8 bytes");
    misuse(() -> SpscRing.writer(writers, odd, 64), "aligned to 8 bytes");
    misuse(() -> SpscRing.reader(odd, readers), "aligned to 8 bytes");
    misuse(() -> SpscRing.writer(ring.asReadOnly(), CAPACITY), "read-only");
    misuse(() -> SpscRing.writer(writers.asReadOnly(), readers, CAPACITY), "read-only");
    misuse(() -> SpscRing.reader(writers, readers.asReadOnly()), "read-only");
    misuse(() -> SpscRing.writer(ring, CAPACITY * 2), "has 384 bytes and needs 512");
    misuse(() -> SpscRing.writer(ring, 96), "capacity 96 is not a power of two");
    misuse(() -> SpscRing.writer(ring, 32), "capacity 32 is not a power of two");
    misuse(() -> SpscRing.writer(ring, Integer.MIN_VALUE), "is not a power of two");
    misuse(() -> SpscRing.writer(arena.allocate(64, 8), 64), "too small for a ring: 64 bytes");
    misuse(() -> SpscRing.reader(arena.allocate(0, 8)), "too small for a ring: 0 bytes");
    misuse(() -> SpscRing.reader(tiny, readers), "has 8 bytes");
    misuse(() -> SpscRing.reader(writers, tiny), "has 8 bytes");
    misuse(() -> SpscRing.writer(writers, tiny, CAPACITY), "has 8 bytes");
    misuse(() -> SpscRing.writer(tiny, readers, CAPACITY), "has 8 bytes");
  }

  private static void misuse(Runnable what, String message) {
    assertThatThrownBy(what::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
