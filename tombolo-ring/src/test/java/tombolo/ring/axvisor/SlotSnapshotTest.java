// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

@DisplayName("An onlooker at a version 2 region")
final class SlotSnapshotTest {
  private final SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);

  private RegionSnapshot seen() {
    return RegionSnapshot.of(region.memory).orElseThrow();
  }

  private void sees(long messages, int waiting, @Nullable MessageError error) {
    assertThat(seen())
        .isEqualTo(
            new RegionSnapshot(
                2,
                AxvisorLayout.CELL,
                new RegionSnapshot.Ring(messages, messages, waiting, Optional.ofNullable(error)),
                new RegionSnapshot.Ring(0, 0, 0, Optional.empty())));
  }

  @Test
  void countsEachSlotAsAMessage() {
    sees(0, 0, null);
    for (int i = 1; i <= 100; i++) {
      region.request(i, 48);
      sees(i, 1, null);
      region.receive();
      sees(i, 0, null);
    }
  }

  @Test
  void seesBothDirections() {
    region.request(1, 1);
    region.subscriber.sender().acknowledge(1, region.buffer, 0, 0);
    region.subscriber.sender().acknowledge(2, region.buffer, 0, 0);
    region.receive();
    assertThat(seen().toSubscriber()).isEqualTo(new RegionSnapshot.Ring(1, 1, 0, Optional.empty()));
    assertThat(seen().toPublisher()).isEqualTo(new RegionSnapshot.Ring(2, 2, 2, Optional.empty()));
  }

  @Test
  void seesThatTheRingIsFull() {
    while (region.request(1, 1) == SendProgress.COMPLETE) {}
    sees(16, 16, null);
  }

  @Test
  void suspectsNobodyForAMalformedSlotWhichStopsNobody() {
    region.forge(1, -1, 9);
    sees(1, 1, null);
    region.receive();
    sees(1, 0, null);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, -1, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void saysWhenTheIndicesCannotBeTrue(int ahead) {
    region.setWord(SlotFixture.TAIL, ahead);
    sees(Integer.toUnsignedLong(ahead), 16, MessageError.TAIL);
  }

  @ParameterizedTest
  @EnumSource
  void tellsVersion3Apart(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    AxvisorRegion.publish(memory, layout);
    RegionSnapshot snapshot = RegionSnapshot.of(memory).orElseThrow();
    assertThat(snapshot.version()).isEqualTo(3);
    assertThat(snapshot.layout()).isEqualTo(layout);
  }

  @Test
  void seesNoRegionWithAWrongField() {
    for (long field :
        new long[] {
          0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c, 0x40, 0x44, 0x48, 0x480, 0x484, 0x488
        }) {
      int value = (int) Words.INT.getVolatile(region.memory, field);
      for (int bit = 0; bit < Integer.SIZE; bit++) {
        Words.INT.setVolatile(region.memory, field, value ^ 1 << bit);
        boolean unknownFeature = field == RegionHeader.FEATURES_AT && bit > 0;
        assertThat(RegionSnapshot.of(region.memory).isPresent())
            .as("bit %d at 0x%x", bit, field)
            .isEqualTo(unknownFeature);
      }
      Words.INT.setVolatile(region.memory, field, value);
      assertThat(RegionSnapshot.of(region.memory)).isPresent();
    }
  }

  @Test
  void seesNumbersInTheirRangesWhateverIsInTheRings() {
    Random random = new Random(4);
    for (int round = 0; round < 20_000; round++) {
      for (long at : new long[] {SlotFixture.HEAD, SlotFixture.TAIL, SlotFixture.slot(0) + 12}) {
        region.setWord(at, random.nextBoolean() ? random.nextInt() : random.nextInt(40));
      }
      RegionSnapshot.Ring ring = seen().toSubscriber();
      assertThat(ring.messages()).isEqualTo(ring.cells()).isBetween(0L, 0xffff_ffffL);
      assertThat(ring.waiting()).isBetween(0, 16);
    }
  }

  @Test
  void storesNothing() {
    assertThat(RegionSnapshot.of(region.memory.asReadOnly())).isPresent();
  }
}
