// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Joining a ring")
final class JoiningTest {
  private static final int CAPACITY = 128;
  private static final long GENERATION = 42;

  private final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 128);
  private final MemorySegment readers = ring.asSlice(0, 256);
  private final MemorySegment writers = ring.asSlice(256);

  JoiningTest() {
    SpscRing.format(ring, CAPACITY, GENERATION);
  }

  @Test
  void worksInOneSegment() {
    SpscWriter writer = SpscRing.writer(ring, GENERATION);
    SpscReader reader = SpscRing.reader(ring, GENERATION);

    assertThat(writer.offer(1, RingFixture.payload(1, 5), 0, 5)).isEqualTo(SpscRing.OK);
    assertThat(reader.poll(RingFixture::check)).isOne();
    assertThat(writer.capacity()).isEqualTo(CAPACITY).isEqualTo(reader.capacity());
  }

  @Test
  void needsNoWriteAccessToTheOtherSidesPart() {
    SpscWriter writer = SpscRing.writer(writers, readers.asReadOnly(), GENERATION);
    SpscReader reader = SpscRing.reader(writers.asReadOnly(), readers, GENERATION);

    assertThat(writer.offer(1, RingFixture.payload(1, 5), 0, 5)).isEqualTo(SpscRing.OK);
    assertThat(reader.poll(RingFixture::check)).isOne();
  }

  @Test
  void worksOverAnArray() {
    MemorySegment array = MemorySegment.ofArray(new long[100]);
    SpscRing.format(array, CAPACITY, 1);
    SpscWriter writer = SpscRing.writer(array, 1);

    assertThat(writer.offer(1, RingFixture.payload(1, 5), 0, 5)).isEqualTo(SpscRing.OK);
    assertThat(SpscRing.reader(array, 1).poll(RingFixture::check)).isOne();
  }

  @Test
  void findsNothingOfAnEarlierGeneration() {
    SpscWriter writer = SpscRing.writer(ring, GENERATION);
    writer.offer(1, RingFixture.payload(1, 5), 0, 5);

    SpscRing.format(ring, CAPACITY, GENERATION + 1);

    assertThat(SpscRing.reader(ring, GENERATION + 1).poll(RingFixture::check)).isZero();
  }

  @Test
  void checksEveryFieldOfTheWritersHead() {
    refused(
        () -> Part.INT.set(writers, 0L, 0),
        "the writer's part of the ring: magic number 0x00000000, expected 0x57424d54");
    refused(
        () -> Part.INT.set(writers, 4L, 2), "the writer's part of the ring: version 2, expected 1");
    refused(
        () -> Part.LONG.set(writers, 16L, 41L),
        "the writer's part of the ring: generation 41, expected 42");
  }

  @Test
  void checksEveryFieldOfTheReadersHead() {
    refused(
        () -> Part.INT.set(readers, 0L, 0x57424d54),
        "the reader's part of the ring: magic number 0x57424d54, expected 0x52424d54");
    refused(
        () -> Part.INT.set(readers, 4L, 0), "the reader's part of the ring: version 0, expected 1");
    refused(
        () -> Part.LONG.set(readers, 16L, -1L),
        "the reader's part of the ring: generation -1, expected 42");
    refused(
        () -> Part.LONG.set(readers, 8L, 64L),
        "the two parts of the ring differ in capacity: the writer's says 128, the reader's 64");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 32, 127, 1L << 31, 1L << 32, (1L << 32) + 128, -128, Long.MIN_VALUE})
  void refusesACapacityThatIsNone(long capacity) {
    for (MemorySegment part : new MemorySegment[] {writers, readers}) {
      refused(
          () -> Part.LONG.set(part, 8L, capacity),
          "capacity " + capacity + " is no power of two from 64 to 1 GiB");
    }
  }

  @Test
  void refusesACapacityThatTheMemoryDoesNotHave() {
    refused(
        () -> Part.LONG.set(writers, 8L, 1L << 30),
        "the writer's part of the ring: capacity 1073741824 needs 1073742080 bytes,"
            + " the memory has 384");
  }

  @Test
  void checksBothPositions() {
    refused(
        () -> RingFixture.set(writers, 0x80, 4),
        "positions of the ring: writer 4, reader 0, expected multiples of 8 at most 128 apart");
    refused(() -> RingFixture.set(readers, 0x80, 8), "positions of the ring: writer 0, reader 8");
    refused(() -> RingFixture.set(readers, 0x80, 1), "positions of the ring");
    refused(
        () -> RingFixture.set(writers, 0x80, CAPACITY + 8L),
        "positions of the ring: writer 136, reader 0");
  }

  private void refused(Runnable damage, String message) {
    Consumer<Runnable> refuses =
        joining ->
            assertThatThrownBy(joining::run)
                .isInstanceOf(InvalidRingException.class)
                .hasMessageContaining(message);
    SpscRing.format(ring, CAPACITY, GENERATION);
    damage.run();
    refuses.accept(() -> SpscRing.writer(ring, GENERATION));
    refuses.accept(() -> SpscRing.reader(ring, GENERATION));
  }

  @Test
  void needsMemoryThatCanHoldARing() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[1000]);
    MemorySegment odd = ring.asSlice(4);
    Arena arena = Arena.ofAuto();

    misuse(() -> SpscRing.format(bytes, 64, 1), "aligned to 8 bytes");
    misuse(() -> SpscRing.format(odd, 64, 1), "aligned to 8 bytes");
    misuse(() -> SpscRing.writer(odd, GENERATION), "aligned to 8 bytes");
    misuse(() -> SpscRing.reader(odd, GENERATION), "aligned to 8 bytes");
    misuse(() -> SpscRing.format(ring.asReadOnly(), CAPACITY, 1), "read-only");
    misuse(() -> SpscRing.format(ring, CAPACITY * 2, 1), "384 bytes, capacity 256 needs 512");
    misuse(() -> SpscRing.format(ring, 96, 1), "capacity 96 is no power of two");
    misuse(() -> SpscRing.format(ring, 32, 1), "capacity 32 is no power of two");
    misuse(() -> SpscRing.format(ring, Integer.MIN_VALUE, 1), "is no power of two");
    misuse(() -> SpscRing.writer(arena.allocate(64, 8), 1), "too small for a ring: 64 bytes");
    misuse(() -> SpscRing.reader(arena.allocate(0, 8), 1), "too small for a ring: 0 bytes");
    misuse(() -> SpscRing.formatReader(arena.allocate(128, 8), 64, 1), "128 bytes");
    misuse(() -> SpscRing.writer(writers, arena.allocate(8, 8), GENERATION), "8 bytes");
    misuse(() -> SpscRing.writer(writers.asReadOnly(), readers, GENERATION), "read-only");
    misuse(() -> SpscRing.reader(writers, readers.asReadOnly(), GENERATION), "read-only");
  }

  private static void misuse(Runnable what, String message) {
    assertThatThrownBy(what::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
