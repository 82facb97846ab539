// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

@DisplayName("An onlooker at a region v3")
final class RegionSnapshotTest {
  private static final int WHOLE = Cell.FIRST | Cell.LAST;

  private static RegionSnapshot.Ring ring(
      long messages, long cells, int waiting, @Nullable MessageError error) {
    return new RegionSnapshot.Ring(messages, cells, waiting, Optional.ofNullable(error));
  }

  @Nested
  @ParameterizedClass
  @CsvSource({"CELL,TO_SUBSCRIBER", "CELL,TO_PUBLISHER", "SLOT,TO_SUBSCRIBER", "SLOT,TO_PUBLISHER"})
  final class WithARegion {
    private final RegionFixture region;

    WithARegion(AxvisorLayout layout, Direction direction) {
      region = new RegionFixture(layout, direction);
    }

    /** Returns the ring of the direction, and checks that the other one is unused. */
    private RegionSnapshot.Ring seen() {
      RegionSnapshot snapshot = RegionSnapshot.of(region.memory).orElseThrow();
      assertThat(snapshot.layout()).isEqualTo(region.layout);
      boolean toSubscriber = region.direction == Direction.TO_SUBSCRIBER;
      assertThat(toSubscriber ? snapshot.toPublisher() : snapshot.toSubscriber())
          .isEqualTo(ring(0, 0, 0, null));
      return toSubscriber ? snapshot.toSubscriber() : snapshot.toPublisher();
    }

    @Test
    void seesEmptyRingsAtFirst() {
      assertThat(seen()).isEqualTo(ring(0, 0, 0, null));
    }

    @Test
    void countsMessagesAndTheCellsThatTheyTake() {
      region.send(1, 1);
      region.send(2, 3 * region.payload());
      assertThat(seen()).isEqualTo(ring(2, 4, 4, null));
      region.receive();
      assertThat(seen()).isEqualTo(ring(2, 4, 3, null));
      region.receive();
      assertThat(seen()).isEqualTo(ring(2, 4, 0, null));
    }

    @Test
    void seesThatTheRingIsFull() {
      region.send(1, 1000 * region.payload());
      assertThat(seen()).isEqualTo(ring(1, region.capacity(), region.capacity(), null));
    }

    @Test
    void countsOnAroundTheRing() {
      for (int i = 0; i < 100; i++) {
        region.passes(i, 2 * region.payload());
      }
      assertThat(seen()).isEqualTo(ring(100, 200, 0, null));
    }

    @Test
    void countsAMessageThatIsGivenUp() {
      region.send(1, 1000 * region.payload());
      region.receive();
      region.sender.abort();
      assertThat(seen()).isEqualTo(ring(1, region.capacity() + 1, 1, null));
    }

    @Test
    void countsCellsWithoutASign() {
      region.setWord(CellRing.HEAD_AT, -3);
      region.setWord(CellRing.TAIL_AT, -3);
      region.forge(WHOLE, 1, Long.MAX_VALUE, 1);
      assertThat(seen()).isEqualTo(ring(Long.MAX_VALUE, 0xffff_fffeL, 1, null));
      region.forge(WHOLE, 1, Long.MIN_VALUE, 1);
      assertThat(seen()).isEqualTo(ring(0, 0xffff_ffffL, 2, null));
    }

    @Test
    void beginsAnewWithTheRegion() {
      region.passes(1, 1);
      AxvisorRegion.publish(region.memory, region.layout);
      assertThat(seen()).isEqualTo(ring(0, 0, 0, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {33, -1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void saysWhenTheIndicesCannotBeTrue(int ahead) {
      region.passes(1, 1);
      region.setWord(CellRing.TAIL_AT, region.head() + ahead);
      RegionSnapshot.Ring seen = seen();
      assertThat(seen.error()).contains(MessageError.TAIL);
      assertThat(seen.waiting()).isEqualTo(region.capacity());
    }

    @ParameterizedTest
    @CsvSource({
      "0xff,       0x00, VERSION",
      "0xff000000, 0x00, HEADER_LENGTH",
      "0x0800,     0x00, FLAGS",
      "0x0000,     0xe9, FRAGMENT_LENGTH"
    })
    void saysWhenTheReceiverWillStopAtTheNextCell(String bits, String length, MessageError error) {
      region.send(1, 1);
      Words.LONG.setVolatile(
          region.ring,
          region.cell(0),
          Cell.word(WHOLE, Integer.decode(length)) ^ Long.decode(bits));
      assertThat(seen()).isEqualTo(ring(1, 1, 1, error));
      assertThat(region.receive()).isEqualTo(ReceiveProgress.POISONED);
      assertThat(region.receiver.error()).contains(error);
      assertThat(seen()).as("for good").isEqualTo(ring(1, 1, 1, error));
    }

    @Test
    void doesNotSeeWhatOnlyTheReceiverCanKnow() {
      region.forge(0, 1, 1, 1);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.POISONED);
      assertThat(seen()).isEqualTo(ring(1, 1, 1, null));
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void suspectsNobodyWhileBothSidesWork(AxvisorLayout layout) throws Exception {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> sides =
          List.of(
              threads.submit(() -> repeat(stop, () -> region.send(1, 1))),
              threads.submit(() -> repeat(stop, region::receive)));
      long messages = 0;
      for (int look = 0; look < 200_000; look++) {
        RegionSnapshot.Ring seen = RegionSnapshot.of(region.memory).orElseThrow().toSubscriber();
        assertThat(seen.error()).isEmpty();
        assertThat(seen.messages()).isGreaterThanOrEqualTo(messages);
        messages = seen.messages();
      }
      stop.set(true);
      for (Future<?> side : sides) {
        side.get();
      }
      assertThat(messages).isPositive();
    } finally {
      stop.set(true);
    }
  }

  private static void repeat(AtomicBoolean stop, Runnable work) {
    while (!stop.get()) {
      work.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void seesNoRegionWithoutItsMagic(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    assertThat(RegionSnapshot.of(memory)).isEmpty();
    AxvisorRegion.publish(memory, layout);
    assertThat(RegionSnapshot.of(memory)).isPresent();
    Words.INT.setVolatile(memory, RegionHeader.MAGIC_AT, 0);
    assertThat(RegionSnapshot.of(memory)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void seesNoRegionWithAWrongField(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    AxvisorRegion.publish(memory, layout);
    for (long region : new long[] {0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c}) {
      seesNoRegionWithout(memory, region);
    }
    for (Direction direction : Direction.values()) {
      for (long field : new long[] {0, 4, 8}) {
        seesNoRegionWithout(memory, layout.ringOffset(direction) + field);
      }
    }
  }

  private static void seesNoRegionWithout(MemorySegment memory, long field) {
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      int value = (int) Words.INT.getVolatile(memory, field);
      Words.INT.setVolatile(memory, field, value ^ 1 << bit);
      boolean unknownFeature = field == RegionHeader.FEATURES_AT && bit > 0;
      assertThat(RegionSnapshot.of(memory).isPresent())
          .as("bit %d at 0x%x", bit, field)
          .isEqualTo(unknownFeature);
      Words.INT.setVolatile(memory, field, value);
    }
    assertThat(RegionSnapshot.of(memory)).isPresent();
  }

  @ParameterizedTest
  @EnumSource
  void looksIntoNoMemoryThatIsTooSmallOrNotAligned(AxvisorLayout layout) {
    MemorySegment memory = Arena.ofAuto().allocate(layout.regionSize() + 8L, 8);
    AxvisorRegion.publish(memory, layout);
    for (int size = 0; size < layout.regionSize(); size++) {
      assertThat(RegionSnapshot.of(memory.asSlice(0, size))).isEmpty();
    }
    assertThat(RegionSnapshot.of(memory.asSlice(0, layout.regionSize()))).isPresent();
    MemorySegment.copy(memory, 0, memory, 4, layout.regionSize());
    assertThat(RegionSnapshot.of(memory.asSlice(4))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void storesNothing(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    AxvisorRegion.publish(memory, layout);
    assertThat(RegionSnapshot.of(memory.asReadOnly())).isPresent();
  }

  /** Looks at random bytes, and at regions with some random bytes: a guest writes anything. */
  @Test
  void seesNumbersInTheirRangesOrNothingWhateverIsThere() {
    Random random = new Random(4);
    Set<MessageError> errors = EnumSet.noneOf(MessageError.class);
    int present = 0;
    for (int round = 0; round < 20_000; round++) {
      AxvisorLayout layout = random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT;
      byte[] bytes = new byte[layout.regionSize()];
      random.nextBytes(bytes);
      MemorySegment memory = RegionFixture.allocate(layout);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      assertThat(RegionSnapshot.of(memory)).isEmpty();
      Words.INT.setVolatile(memory, RegionHeader.MAGIC_AT, RegionHeader.MAGIC);
      assertThat(RegionSnapshot.of(memory)).isEmpty();

      hostile(memory, layout, random);
      Optional<RegionSnapshot> seen = RegionSnapshot.of(memory);
      present += seen.isPresent() ? 1 : 0;
      seen.ifPresent(
          snapshot -> {
            check(snapshot.toSubscriber(), layout, errors);
            check(snapshot.toPublisher(), layout, errors);
          });
    }
    assertThat(present).isGreaterThan(5_000);
    assertThat(errors)
        .containsExactlyInAnyOrder(
            MessageError.TAIL,
            MessageError.VERSION,
            MessageError.FLAGS,
            MessageError.HEADER_LENGTH,
            MessageError.FRAGMENT_LENGTH);
  }

  /** Lays out a region with indices and first words of cells that may be nearly right. */
  private static void hostile(MemorySegment memory, AxvisorLayout layout, Random random) {
    AxvisorRegion.publish(memory, layout);
    for (Direction direction : Direction.values()) {
      CellRing ring = new CellRing(memory, RegionFormat.v3(layout), direction);
      int head = random.nextInt();
      Words.INT.setRelease(ring.memory, CellRing.HEAD_AT, head);
      int tail = random.nextInt(4) == 0 ? random.nextInt() : head + random.nextInt(40);
      Words.INT.setRelease(ring.memory, CellRing.TAIL_AT, tail);
      long word = Cell.word(random.nextInt(9), random.nextInt(300));
      long flip = random.nextBoolean() ? 0 : 1L << random.nextInt(Long.SIZE);
      Words.LONG.setVolatile(ring.memory, ring.cell(head), word ^ flip);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      memory.set(
          ValueLayout.JAVA_BYTE, random.nextInt(layout.regionSize()), (byte) random.nextInt());
    }
  }

  private static void check(
      RegionSnapshot.Ring ring, AxvisorLayout layout, Set<MessageError> errors) {
    assertThat(ring.messages()).isNotNegative();
    assertThat(ring.cells()).isBetween(0L, 0xffff_ffffL);
    assertThat(ring.waiting()).isBetween(0, layout.capacity());
    ring.error().ifPresent(errors::add);
  }
}
