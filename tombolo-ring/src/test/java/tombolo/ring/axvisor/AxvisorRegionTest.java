// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

@DisplayName("A region v3")
final class AxvisorRegionTest {
  @ParameterizedTest
  @CsvSource({
    "CELL, 64, 16, 64, 1088, 64, 1152, 2240, 40",
    "SLOT, 256, 32, 256, 8448, 256, 8704, 17152, 232"
  })
  void hasTwoLayouts(
      AxvisorLayout layout,
      int cellSize,
      int capacity,
      int cells,
      int ringSize,
      int toSubscriber,
      int toPublisher,
      int regionSize,
      int payload) {
    assertThat(layout.cellSize()).isEqualTo(cellSize);
    assertThat(layout.capacity()).isEqualTo(capacity);
    assertThat(layout.cellsOffset()).isEqualTo(cells);
    assertThat(layout.ringSize()).isEqualTo(ringSize);
    assertThat(layout.ringOffset(Direction.TO_SUBSCRIBER)).isEqualTo(toSubscriber);
    assertThat(layout.ringOffset(Direction.TO_PUBLISHER)).isEqualTo(toPublisher);
    assertThat(layout.regionSize()).isEqualTo(regionSize);
    assertThat(layout.payloadSize()).isEqualTo(payload);
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByTheSubscriberInEitherLayout(AxvisorLayout layout) {
    MemorySegment memory = Arena.ofAuto().allocate(20480, 8);
    assertThat(AxvisorRegion.subscribe(memory)).isEqualTo(new RegionLook.NotYet());

    assertThat(AxvisorRegion.publish(memory, layout).layout()).isEqualTo(layout);
    assertThat(RegionFixture.subscribe(memory).layout()).isEqualTo(layout);
  }

  @ParameterizedTest
  @EnumSource
  void leavesTheHypervisorsWordsAndWhatIsBehindItAlone(AxvisorLayout layout) {
    MemorySegment memory = Arena.ofAuto().allocate(layout.regionSize() + 64L, 8);
    memory.fill((byte) 0x5a);
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER, memory);
    region.passes(1, 10_000);
    for (long at = 0; at < memory.byteSize(); at += at == 15 ? layout.regionSize() - 15 : 1) {
      assertThat(memory.get(ValueLayout.JAVA_BYTE, at)).as("byte %d", at).isEqualTo((byte) 0x5a);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CELL | 0x14 | 2 | version 2 at 0x14, expected 3",
        "CELL | 0x18 | 48 | header size 48 at 0x18, expected 32",
        "CELL | 0x1c | 2239 | region size 2239 at 0x1c, expected 2240 or more",
        "CELL | 0x1c | 20481 | region size 20481 at 0x1c, expected at most 20480",
        "CELL | 0x1c | -1 | region size 4294967295 at 0x1c, expected at most 20480",
        "CELL | 0x20 | 2 | features 2 at 0x20, expected 1",
        "CELL | 0x24 | 256 | region size 2240 at 0x1c, expected 17152 or more",
        "CELL | 0x24 | 128 | ring offset 128 at 0x24, expected 64",
        "CELL | 0x28 | 64 | ring offset 64 at 0x28, expected 1152",
        "CELL | 0x2c | 8448 | ring size 8448 at 0x2c, expected 1088",
        "CELL | 0x40 | 2 | ring direction 2 at 0x40, expected 1",
        "CELL | 0x44 | 32 | ring capacity 32 at 0x44, expected 16",
        "CELL | 0x48 | 256 | cell size 256 at 0x48, expected 64",
        "CELL | 0x480 | 1 | ring direction 1 at 0x480, expected 2",
        "CELL | 0x484 | 0 | ring capacity 0 at 0x484, expected 16",
        "CELL | 0x488 | 40 | cell size 40 at 0x488, expected 64",
        "SLOT | 0x14 | 4 | version 4 at 0x14, expected 3",
        "SLOT | 0x18 | 0 | header size 0 at 0x18, expected 32",
        "SLOT | 0x1c | 2240 | region size 2240 at 0x1c, expected 17152 or more",
        "SLOT | 0x20 | 0 | features 0 at 0x20, expected 1",
        "SLOT | 0x24 | 64 | ring offset 8704 at 0x28, expected 1152",
        "SLOT | 0x28 | 1152 | ring offset 1152 at 0x28, expected 8704",
        "SLOT | 0x2c | 1088 | ring size 1088 at 0x2c, expected 8448",
        "SLOT | 0x100 | 0 | ring direction 0 at 0x100, expected 1",
        "SLOT | 0x104 | 16 | ring capacity 16 at 0x104, expected 32",
        "SLOT | 0x108 | 64 | cell size 64 at 0x108, expected 256",
        "SLOT | 0x2200 | 1 | ring direction 1 at 0x2200, expected 2",
        "SLOT | 0x2204 | -1 | ring capacity 4294967295 at 0x2204, expected 32",
        "SLOT | 0x2208 | 255 | cell size 255 at 0x2208, expected 256",
      })
  void isRefusedForAnyFieldAndThePersonIsToldWhich(
      AxvisorLayout layout, String at, int value, String reason) {
    MemorySegment memory = Arena.ofAuto().allocate(20480, 8);
    AxvisorRegion.publish(memory, layout);
    Words.INT.setVolatile(memory, (long) Long.decode(at), value);
    assertThat(AxvisorRegion.subscribe(memory)).isEqualTo(new RegionLook.Refused(reason));
  }

  @ParameterizedTest
  @CsvSource({"CELL, 0x1c, 2241", "CELL, 0x1c, 20480", "CELL, 0x20, 3", "SLOT, 0x20, -1"})
  void isAcceptedWhereAFieldSaysMoreThanThisSideNeeds(AxvisorLayout layout, String at, int value) {
    MemorySegment memory = Arena.ofAuto().allocate(20480, 8);
    AxvisorRegion.publish(memory, layout);
    Words.INT.setVolatile(memory, (long) Long.decode(at), value);
    assertThat(RegionFixture.subscribe(memory).layout()).isEqualTo(layout);
  }

  @Test
  void isThatOfThePublisherAndTheKeyThatWereSubscribedTo() {
    MemorySegment memory = RegionFixture.allocate(AxvisorLayout.CELL);
    Words.LONG.setVolatile(memory, 0L, 7L);
    Words.LONG.setVolatile(memory, 8L, -2L);
    assertThat(AxvisorRegion.subscribe(memory, 7, -2)).isEqualTo(new RegionLook.NotYet());
    AxvisorRegion.publish(memory, AxvisorLayout.CELL);

    assertThat(AxvisorRegion.subscribe(memory, 7, -2)).isInstanceOf(RegionLook.Ready.class);
    assertThat(AxvisorRegion.look(memory, 7, -2)).isInstanceOf(RegionLook.Ready.class);
    assertThat(AxvisorRegion.subscribe(memory, 8, -2))
        .isEqualTo(new RegionLook.Refused("publisher 7 at 0x0, expected 8"));
    assertThat(AxvisorRegion.look(memory, 7, 1))
        .isEqualTo(new RegionLook.Refused("key 0xfffffffffffffffe at 0x8, expected 0x1"));
    AxvisorRegionV2.publish(memory);
    assertThat(AxvisorRegion.look(memory, 7, -2)).isInstanceOf(RegionLook.ReadyV2.class);
    assertThat(AxvisorRegionV2.subscribe(memory, 7, -2)).isInstanceOf(RegionLook.ReadyV2.class);
    assertThat(AxvisorRegionV2.subscribe(memory, 0, -2)).isInstanceOf(RegionLook.Refused.class);
  }

  @ParameterizedTest
  @EnumSource
  void isNotThereWithoutItsMagic(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    AxvisorRegion.publish(memory, layout);
    Words.INT.setVolatile(memory, 0x10L, 0x49564331);
    assertThat(AxvisorRegion.subscribe(memory)).isEqualTo(new RegionLook.NotYet());
  }

  @ParameterizedTest
  @CsvSource({
    "CELL, 16, the channel has 16 bytes; the smallest region needs 2240",
    "CELL, 2239, the channel has 2239 bytes; the smallest region needs 2240",
    "SLOT, 4096, the channel has 4096 bytes; layout SLOT needs 17152",
    "SLOT, 17151, the channel has 17151 bytes; layout SLOT needs 17152",
  })
  void needsAChannelThatIsLargeEnough(AxvisorLayout layout, long size, String reason) {
    MemorySegment memory = RegionFixture.allocate(layout);
    AxvisorRegion.publish(memory, layout);
    MemorySegment small = memory.asSlice(0, size);
    assertThat(AxvisorRegion.subscribe(small))
        .isEqualTo(new RegionLook.Refused(reason.replace(';', ',')));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AxvisorRegion.publish(small, layout))
        .withMessageContaining("needs " + layout.regionSize());
  }

  @Test
  void needsMemoryThatCanBeWrittenAndIsAligned() {
    MemorySegment memory = Arena.ofAuto().allocate(4096, 8);
    for (MemorySegment wrong :
        new MemorySegment[] {memory.asReadOnly(), memory.asSlice(4), memory.asSlice(1)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> AxvisorRegion.publish(wrong, AxvisorLayout.CELL));
      assertThatIllegalArgumentException().isThrownBy(() -> AxvisorRegion.subscribe(wrong));
    }
  }

  @ParameterizedTest
  @EnumSource
  void beginsAnewWhenItIsPublishedAgain(AxvisorLayout layout) {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    region.passes(1, 1000);
    region.send(2, 1000);

    RegionFixture again = new RegionFixture(layout, Direction.TO_SUBSCRIBER, region.memory);
    assertThat(again.receive()).isEqualTo(ReceiveProgress.EMPTY);
    again.passes(3, 1000);
  }

  @ParameterizedTest
  @EnumSource
  void letsAnotherSubscriberGoOnWhereOneStopped(AxvisorLayout layout) {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    for (int i = 0; i < 100; i++) {
      region.passes(i, i);
    }
    region.send(100, 100);

    AxvisorRegion next = RegionFixture.subscribe(region.memory);
    assertThat(next.receiver().receive(region.buffer, 0, RegionFixture.BUFFER))
        .isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(next.receiver().length()).isEqualTo(100);
    assertThat(next.receiver().receive(region.buffer, 0, RegionFixture.BUFFER))
        .isEqualTo(ReceiveProgress.EMPTY);
  }
}
