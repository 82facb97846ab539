// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

@DisplayName("A version 2 region")
final class AxvisorRegionV2Test {
  @Test
  void hasTheSizesOfTheFormat() {
    assertThat(AxvisorRegionV2.REGION_SIZE).isEqualTo(2240);
    assertThat(AxvisorRegionV2.CAPACITY).isEqualTo(16);
    assertThat(AxvisorRegionV2.PAYLOAD).isEqualTo(48);
  }

  @Nested
  final class IsAttachedTo {
    private final MemorySegment memory = Arena.ofAuto().allocate(20480, 8);

    @Test
    void onceThePublisherIsDone() {
      assertThat(AxvisorRegionV2.subscribe(memory)).isEqualTo(new RegionLook.NotYet());
      AxvisorRegionV2.publish(memory);
      assertThat(AxvisorRegionV2.subscribe(memory)).isInstanceOf(RegionLook.ReadyV2.class);
      Words.INT.setVolatile(memory, 0x10L, 0);
      assertThat(AxvisorRegionV2.subscribe(memory)).isEqualTo(new RegionLook.NotYet());
    }

    @Test
    void byWhoeverLooksForBothVersionsAndLearnsWhichItIs() {
      assertThat(AxvisorRegion.look(memory)).isEqualTo(new RegionLook.NotYet());
      AxvisorRegionV2.publish(memory);
      assertThat(AxvisorRegion.look(memory)).isInstanceOf(RegionLook.ReadyV2.class);
      for (AxvisorLayout layout : AxvisorLayout.values()) {
        AxvisorRegion.publish(memory, layout);
        assertThat(AxvisorRegion.look(memory))
            .isInstanceOfSatisfying(
                RegionLook.Ready.class,
                ready -> assertThat(ready.region().layout()).isEqualTo(layout));
      }
    }

    @Test
    void notByVersion3() {
      AxvisorRegionV2.publish(memory);
      assertThat(AxvisorRegion.subscribe(memory))
          .isEqualTo(new RegionLook.Refused("version 2 at 0x14, expected 3"));
    }

    @ParameterizedTest
    @EnumSource
    void notIfItIsVersion3(AxvisorLayout layout) {
      AxvisorRegion.publish(memory, layout);
      assertThat(AxvisorRegionV2.subscribe(memory))
          .isEqualTo(new RegionLook.Refused("version 3 at 0x14, expected 2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, -1})
    void notIfItIsOfNoKnownVersion(int version) {
      AxvisorRegionV2.publish(memory);
      Words.INT.setVolatile(memory, 0x14L, version);
      String found = "version " + Integer.toUnsignedString(version) + " at 0x14, expected ";
      assertThat(AxvisorRegionV2.subscribe(memory)).isEqualTo(new RegionLook.Refused(found + "2"));
      assertThat(AxvisorRegion.subscribe(memory)).isEqualTo(new RegionLook.Refused(found + "3"));
      assertThat(AxvisorRegion.look(memory)).isEqualTo(new RegionLook.Refused(found + "2 or 3"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "0x18 | 48 | header size 48 at 0x18, expected 32",
          "0x1c | 2239 | region size 2239 at 0x1c, expected 2240 or more",
          "0x20 | 2 | features 2 at 0x20, expected 1",
          "0x24 | 256 | ring offset 256 at 0x24, expected 64",
          "0x28 | 64 | ring offset 64 at 0x28, expected 1152",
          "0x2c | 8448 | ring size 8448 at 0x2c, expected 1088",
          "0x40 | 2 | ring direction 2 at 0x40, expected 1",
          "0x44 | 32 | ring capacity 32 at 0x44, expected 16",
          "0x48 | 64 | slot payload size 64 at 0x48, expected 48",
          "0x480 | 1 | ring direction 1 at 0x480, expected 2",
          "0x484 | 0 | ring capacity 0 at 0x484, expected 16",
          "0x488 | -1 | slot payload size 4294967295 at 0x488, expected 48",
        })
    void notIfAnyFieldIsWrongAndThePersonIsToldWhich(String at, int value, String reason) {
      AxvisorRegionV2.publish(memory);
      Words.INT.setVolatile(memory, (long) Long.decode(at), value);
      RegionLook refused = new RegionLook.Refused(reason);
      assertThat(AxvisorRegionV2.subscribe(memory)).isEqualTo(refused);
      assertThat(AxvisorRegion.look(memory)).isEqualTo(refused);
    }

    @Test
    void inAChannelThatIsLargeEnough() {
      AxvisorRegionV2.publish(memory);
      MemorySegment small = memory.asSlice(0, 2239);
      RegionLook refused =
          new RegionLook.Refused("the channel has 2239 bytes, the smallest region needs 2240");
      assertThat(AxvisorRegionV2.subscribe(small)).isEqualTo(refused);
      assertThat(AxvisorRegion.look(small)).isEqualTo(refused);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> AxvisorRegionV2.publish(small))
          .withMessageContaining("needs 2240");
    }

    @Test
    void inMemoryThatCanBeWrittenAndIsAligned() {
      for (MemorySegment wrong :
          new MemorySegment[] {memory.asReadOnly(), memory.asSlice(4), memory.asSlice(1)}) {
        assertThatIllegalArgumentException().isThrownBy(() -> AxvisorRegionV2.publish(wrong));
        assertThatIllegalArgumentException().isThrownBy(() -> AxvisorRegionV2.subscribe(wrong));
        assertThatIllegalArgumentException().isThrownBy(() -> AxvisorRegion.look(wrong));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void carriesRequestsAndTheirAcknowledgements(Direction direction) {
    SlotFixture region = new SlotFixture(direction);
    SlotSender back = region.answering.sender();
    SlotReceiver front = region.asking.receiver();
    for (int i = 1; i <= 100; i++) {
      int length = i % 49;
      assertThat(region.request(i, length)).isEqualTo(SendProgress.COMPLETE);
      assertThat(region.sender.sequence()).isEqualTo(i);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      region.received(SlotKind.REQUEST, i, i, length);

      MemorySegment answer = RegionFixture.message(-i, 48 - length);
      assertThat(back.acknowledge(region.receiver.sequence(), answer, 0, 48 - length))
          .isEqualTo(SendProgress.COMPLETE);
      assertThat(back.sequence()).as("an acknowledgement takes no number").isZero();
      assertThat(front.receive(region.buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
      SlotFixture.received(front, region.buffer, SlotKind.ACKNOWLEDGEMENT, i, -i, 48 - length);
    }
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(front.receive(region.buffer, 0)).isEqualTo(ReceiveProgress.EMPTY);
  }

  /** A ring full of requests is answered in another order. */
  @Test
  void pairsAcknowledgementsByTheirSequenceNumbers() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    for (int i = 1; i <= SlotFixture.CAPACITY; i++) {
      assertThat(region.request(i, i)).isEqualTo(SendProgress.COMPLETE);
    }
    for (int i = 1; i <= SlotFixture.CAPACITY; i++) {
      region.receive();
      region.received(SlotKind.REQUEST, i, i, i);
    }
    for (int i = SlotFixture.CAPACITY; i > 0; i--) {
      region.answering.sender().acknowledge(i, RegionFixture.message(-i, i), 0, i);
    }
    for (int i = SlotFixture.CAPACITY; i > 0; i--) {
      SlotReceiver front = region.asking.receiver();
      front.receive(region.buffer, 0);
      SlotFixture.received(front, region.buffer, SlotKind.ACKNOWLEDGEMENT, i, -i, i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void holdsBackAFullRingsSenderWhoseRequestThenHasNoNumber(Direction direction) {
    SlotFixture region = new SlotFixture(direction);
    for (int i = 1; i <= SlotFixture.CAPACITY; i++) {
      assertThat(region.request(i, 1)).isEqualTo(SendProgress.COMPLETE);
    }
    byte[] before = SlotFixture.bytes(region.memory);
    assertThat(region.request(17, 1)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.sender.sequence()).isEqualTo(16);
    assertThat(SlotFixture.bytes(region.memory)).containsExactly(before);
    region.receive();
    assertThat(region.request(17, 1)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.sender.sequence()).isEqualTo(17);
    for (int i = 2; i <= 17; i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      region.received(SlotKind.REQUEST, i, i, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0, 3",
    "0, -1",
    "0, 0x10001",
    "49, 1",
    "49, 2",
    "-1, 1",
    "-2147483648, 2",
    "48, 4"
  })
  void dropsAMalformedSlotCountsItAndGoesOn(int length, String kind) {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.request(1, 5);
    region.forge(2, length, Integer.decode(kind));
    region.forge(3, length, Integer.decode(kind));
    region.forge(4, 0, 1);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(region.receiver.dropped()).isZero();
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.received(SlotKind.REQUEST, 4, 0, 0);
    assertThat(region.receiver.dropped()).isEqualTo(2);
    assertThat(region.word(SlotFixture.HEAD)).isEqualTo(4);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.receiver.error()).isEmpty();
  }

  @Test
  void frees16MalformedSlotsInOneCall() {
    SlotFixture region = new SlotFixture(Direction.TO_PUBLISHER);
    for (int i = 0; i < 16; i++) {
      region.forge(i, 0, 0);
    }
    region.buffer.fill((byte) 0x5a);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.receiver.dropped()).isEqualTo(16);
    assertThat(region.word(SlotFixture.HEAD)).isEqualTo(16);
    assertThat(region.buffer.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, -1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void stopsForGoodAtAnImpossibleTail(int ahead) {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.request(1, 1);
    region.receive();
    region.setWord(SlotFixture.TAIL, 1 + ahead);
    byte[] before = SlotFixture.bytes(region.memory);
    for (int i = 0; i < 3; i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.POISONED);
      assertThat(region.receiver.error()).contains(MessageError.TAIL);
      assertThat(SlotFixture.bytes(region.memory)).containsExactly(before);
      region.setWord(SlotFixture.TAIL, 2);
      before = SlotFixture.bytes(region.memory);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17, -1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void stopsForGoodAtAnImpossibleHead(int behind) {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.request(1, 1);
    region.setWord(SlotFixture.HEAD, 1 - behind);
    byte[] before = SlotFixture.bytes(region.memory);
    for (int i = 0; i < 3; i++) {
      assertThat(region.request(2, 1)).isEqualTo(SendProgress.POISONED);
      assertThat(region.sender.acknowledge(2, region.buffer, 0, 0))
          .isEqualTo(SendProgress.POISONED);
      assertThat(region.sender.error()).contains(MessageError.HEAD);
      assertThat(region.sender.sequence()).isEqualTo(1);
      assertThat(SlotFixture.bytes(region.memory)).containsExactly(before);
      region.setWord(SlotFixture.HEAD, 1);
      before = SlotFixture.bytes(region.memory);
    }
  }

  @Test
  void doesNotCareWhatThePeerDoesToTheHeaders() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.memory.asSlice(0x10, 0x18).fill((byte) -1);
    region.setWord(0x04, -1);
    region.setWord(0x08, 1);
    for (int i = 1; i <= 40; i++) {
      assertThat(region.request(i, 10)).isEqualTo(SendProgress.COMPLETE);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      region.received(SlotKind.REQUEST, i, i, 10);
    }
  }

  @Test
  void storesNoIndexWhereThePeerHasStoredAnother() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.request(1, 1);
    region.setWord(SlotFixture.TAIL, 7);
    region.setWord(SlotFixture.HEAD, 7);
    for (int i = 0; i < 3; i++) {
      assertThat(region.request(2, 1)).isEqualTo(SendProgress.PEER_RESTARTED);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.PEER_RESTARTED);
      assertThat(region.word(SlotFixture.TAIL)).isEqualTo(7);
      assertThat(region.word(SlotFixture.HEAD)).isEqualTo(7);
    }
  }

  @Test
  void leavesNothingOfAnEarlierMessageBehindAShorterOne() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    for (int i = 0; i < 16; i++) {
      region.request(1, 48);
      region.receive();
    }
    region.request(2, 5);
    assertThat(region.ring.asSlice(SlotFixture.slot(0) + 16 + 5, 43).mismatch(zeros(43)))
        .isEqualTo(-1);
  }

  private static MemorySegment zeros(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }

  @Test
  void takesNoMessageThatDoesNotFitAndNoBufferThatIsTooSmall() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    MemorySegment memory = MemorySegment.ofArray(new byte[100]);
    byte[] before = SlotFixture.bytes(region.memory);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> region.sender.request(memory, 0, 49))
        .withMessage("a payload of 49 bytes does not fit into a slot of 48: send less at a time");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> region.sender.acknowledge(1, memory, 0, 49));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> region.sender.request(memory, 60, 41));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> region.sender.request(memory, 0, -1));
    assertThat(SlotFixture.bytes(region.memory)).containsExactly(before);

    region.request(1, 1);
    before = SlotFixture.bytes(region.memory);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> region.receiver.receive(memory, 53));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> region.receiver.receive(memory.asReadOnly(), 0));
    assertThat(SlotFixture.bytes(region.memory)).containsExactly(before);
    assertThat(region.receiver.receive(memory, 52)).isEqualTo(ReceiveProgress.COMPLETE);
  }

  @Test
  void leavesTheHypervisorsWordsAndWhatIsBehindItAlone() {
    MemorySegment memory = Arena.ofAuto().allocate(2240 + 64, 8);
    memory.fill((byte) 0x5a);
    SlotFixture region = new SlotFixture(Direction.TO_PUBLISHER, memory);
    for (int i = 1; i <= 40; i++) {
      region.request(i, 48);
      region.receive();
    }
    for (long at = 0; at < memory.byteSize(); at += at == 15 ? 2240 - 15 : 1) {
      assertThat(memory.get(ValueLayout.JAVA_BYTE, at)).as("byte %d", at).isEqualTo((byte) 0x5a);
    }
  }

  @Test
  void letsAnotherSubscriberContinueWhereOneStopped() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    for (int i = 1; i <= 20; i++) {
      region.request(i, 1);
      region.receive();
      region.subscriber.sender().acknowledge(i, region.buffer, 0, 1);
      region.publisher.receiver().receive(region.buffer, 0);
    }
    region.request(21, 21);

    AxvisorRegionV2 next = SlotFixture.subscribe(region.memory);
    assertThat(next.receiver().receive(region.buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    SlotFixture.received(next.receiver(), region.buffer, SlotKind.REQUEST, 21, 21, 21);
    assertThat(next.sender().acknowledge(21, region.buffer, 0, 21))
        .isEqualTo(SendProgress.COMPLETE);
    SlotReceiver front = region.publisher.receiver();
    assertThat(front.receive(region.buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    SlotFixture.received(front, region.buffer, SlotKind.ACKNOWLEDGEMENT, 21, 21, 21);
  }

  @Test
  void countsItsSlotsModulo32Bits() {
    SlotFixture region = new SlotFixture(Direction.TO_PUBLISHER);
    region.setWord(SlotFixture.HEAD, -3);
    region.setWord(SlotFixture.TAIL, -3);
    AxvisorRegionV2 subscriber = SlotFixture.subscribe(region.memory);
    CellRing ring = new CellRing(region.memory, RegionFormat.V2, Direction.TO_PUBLISHER);
    SlotReceiver receiver = new SlotReceiver(ring, -3);
    for (int i = 1; i <= 10; i++) {
      assertThat(subscriber.sender().request(RegionFixture.message(i, i), 0, i))
          .isEqualTo(SendProgress.COMPLETE);
      assertThat(receiver.receive(region.buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
      SlotFixture.received(receiver, region.buffer, SlotKind.REQUEST, i, i, i);
    }
    assertThat(region.word(SlotFixture.TAIL)).isEqualTo(7);
  }

  @Test
  void beginsAnewWhenItIsPublishedAgain() {
    SlotFixture region = new SlotFixture(Direction.TO_SUBSCRIBER);
    region.request(1, 1);
    SlotFixture again = new SlotFixture(Direction.TO_SUBSCRIBER, region.memory);
    assertThat(again.receive()).isEqualTo(ReceiveProgress.EMPTY);
    again.request(5, 5);
    again.receive();
    again.received(SlotKind.REQUEST, 1, 5, 5);
  }
}
