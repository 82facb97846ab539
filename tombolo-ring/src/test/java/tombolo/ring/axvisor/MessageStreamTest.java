// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;

@DisplayName("A stream of messages in a region v3")
@ParameterizedClass
@CsvSource({"CELL,TO_SUBSCRIBER", "CELL,TO_PUBLISHER", "SLOT,TO_SUBSCRIBER", "SLOT,TO_PUBLISHER"})
final class MessageStreamTest {
  private final RegionFixture region;
  private final int payload;
  private final int capacity;

  MessageStreamTest(AxvisorLayout layout, Direction direction) {
    region = new RegionFixture(layout, direction);
    payload = region.payload();
    capacity = region.capacity();
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.receiver.isReceiving()).isFalse();
    assertThat(region.sender.isSending()).isFalse();
    assertThat(region.sender.error()).isEmpty();
    assertThat(region.receiver.error()).isEmpty();
  }

  @Test
  void bringsMessagesOfEveryLength() {
    for (int length = 0; length <= 3 * payload + 1; length++) {
      region.passes(length, length);
    }
    for (int rings = 1; rings <= 4; rings++) {
      for (int more = -1; more <= 1; more++) {
        region.passes(rings, rings * capacity * payload + more);
      }
    }
    region.passes(0, RegionFixture.BUFFER);
  }

  @Test
  void cutsAMessageIntoAsFewCellsAsHoldIt() {
    for (int cells = 1; cells <= capacity; cells++) {
      for (int length : new int[] {(cells - 1) * payload + 1, cells * payload}) {
        int before = region.tail();
        region.passes(cells, length);
        assertThat(region.tail() - before).isEqualTo(cells);
        for (int i = 0; i < cells; i++) {
          int flags = (i == 0 ? 1 : 0) | (i == cells - 1 ? 2 : 0);
          assertThat(region.flags(before + i)).isEqualTo(flags);
        }
      }
    }
  }

  @Test
  void hasTheEmptyMessageInOneCell() {
    region.passes(0, 0);
    assertThat(region.tail()).isOne();
    assertThat(region.flags(0)).isEqualTo(3);
  }

  @Test
  void numbersTheMessagesFromOneOn() {
    for (int i = 0; i < 3 * capacity; i++) {
      region.passes(i, 1);
      assertThat(region.id(i)).isEqualTo(i + 1);
    }
  }

  @Test
  void goesRoundTheRingManyTimes() {
    for (int i = 0; i < 1000; i++) {
      region.passes(i, i * 7 % (2 * capacity * payload));
    }
    assertThat(region.head()).isEqualTo(region.tail()).isGreaterThan(100 * capacity);
  }

  @Test
  void goesOnWhereAnIndexPasses32Bits() {
    int start = -3;
    region.setWord(CellRing.HEAD_AT, start);
    region.setWord(CellRing.TAIL_AT, start);
    CellRing ring = new CellRing(region.memory, RegionFormat.v3(region.layout), region.direction);
    MessageSender sender = new MessageSender(ring, start, 0);
    MessageReceiver receiver = new MessageReceiver(ring, start, 0);
    int length = capacity * payload;
    for (int i = 0; i < 3; i++) {
      assertThat(sender.send(RegionFixture.message(i, length), 0, length))
          .isEqualTo(SendProgress.COMPLETE);
      assertThat(sender.send(region.buffer, 0, 0)).isEqualTo(SendProgress.BACK_PRESSURED);
      assertThat(sender.abort()).isEqualTo(SendProgress.COMPLETE);
      assertThat(receiver.receive(region.buffer, 0, length)).isEqualTo(ReceiveProgress.COMPLETE);
      assertThat(region.buffer.asSlice(0, length).mismatch(RegionFixture.message(i, length)))
          .isEqualTo(-1);
    }
    assertThat(region.head()).isEqualTo(region.tail()).isEqualTo(start + 3 * capacity);
  }

  @Test
  void holdsAsManyMessagesAsCells() {
    for (int i = 0; i < capacity; i++) {
      assertThat(region.send(i, 1)).isEqualTo(SendProgress.COMPLETE);
    }
    assertThat(region.send(99, 1)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.sender.isSending()).isTrue();
    for (int i = 0; i < capacity; i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      region.holds(i, 1);
    }
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.send(99, 1)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(99, 1);
  }

  @Test
  void takesAMessageInPieces() {
    int length = 3 * capacity * payload;
    assertThat(region.send(1, length)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.send(1, length)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.tail()).isEqualTo(capacity);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.receiver.isReceiving()).isTrue();
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.send(1, length)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.send(1, length)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.sender.isSending()).isFalse();
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(region.receiver.isReceiving()).isFalse();
    region.holds(1, length);
  }

  @Test
  void takesOneMessageACall() {
    region.send(1, 2 * payload);
    region.send(2, 0);
    region.send(3, 5);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(1, 2 * payload);
    assertThat(region.head()).isEqualTo(2);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(2, 0);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(3, 5);
  }

  @Test
  void saysThatAMessageIsGivenUp() {
    int length = capacity * payload + 1;
    region.send(1, length);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(region.sender.isSending()).isTrue();
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.sender.isSending()).isFalse();

    assertThat(region.flags(capacity)).isEqualTo(4);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.ABORTED);
    assertThat(region.receiver.isReceiving()).isFalse();
    region.passes(2, length);
  }

  @Test
  void canBeSentOnAfterAnAbortThatHadNoRoom() {
    int length = capacity * payload + 1;
    region.send(1, length);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.BACK_PRESSURED);
    region.receive();
    assertThat(region.send(1, length)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(1, length);
  }

  @Test
  void saysNothingOfAMessageThatNobodyHasSeen() {
    for (int i = 0; i < capacity; i++) {
      region.send(i, 1);
    }
    region.send(98, 1000);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.tail()).isEqualTo(capacity);
    for (int i = 0; i < capacity; i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    }
    region.passes(99, 1);
    assertThat(region.id(capacity)).isEqualTo(capacity + 2);
  }

  @Test
  void letsASenderGiveUpNothing() {
    assertThat(region.sender.abort()).isEqualTo(SendProgress.COMPLETE);
    region.send(1, 1);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
  }

  @Test
  void dropsAMessageThatIsTooLongAndTellsItsLength() {
    int length = 2 * capacity * payload + 7;
    region.buffer.fill((byte) 0x5a);
    assertThat(region.send(1, length)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(receive(length - 1)).isEqualTo(ReceiveProgress.EMPTY);
    region.send(1, length);
    // Now it is too late for a larger buffer.
    assertThat(receive(length)).isEqualTo(ReceiveProgress.EMPTY);
    region.send(1, length);
    assertThat(receive(length)).isEqualTo(ReceiveProgress.TOO_LONG);
    assertThat(region.receiver.length()).isEqualTo(length);
    assertThat(region.buffer.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);

    region.send(2, 1);
    assertThat(receive(0)).isEqualTo(ReceiveProgress.TOO_LONG);
    region.passes(3, length);
  }

  @Test
  void saysThatAMessageWhichIsTooLongWasGivenUp() {
    int length = capacity * payload + 1;
    region.send(1, length);
    assertThat(receive(10)).isEqualTo(ReceiveProgress.EMPTY);
    region.sender.abort();
    assertThat(receive(10)).isEqualTo(ReceiveProgress.ABORTED);
  }

  @Test
  void dropsAMessageOfAnyLengthThatThereIs() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, RegionFixture.BUFFER + 1}) {
      RegionFixture other = new RegionFixture(region.layout, region.direction);
      other.buffer.fill((byte) 0x5a);
      other.forge(Cell.FIRST, payload, 1, length);
      assertThat(other.receive()).isEqualTo(ReceiveProgress.EMPTY);
      other.forge(0, payload, 1, length);
      assertThat(other.receive()).isEqualTo(ReceiveProgress.EMPTY);
      assertThat(other.receiver.isReceiving()).isTrue();
      other.forge(Cell.ABORT, 0, 1, length);
      assertThat(other.receive()).isEqualTo(ReceiveProgress.ABORTED);
      assertThat(other.buffer.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    }
  }

  @Test
  void writesIntoTheBufferOnlyWhatTheMessageIs() {
    region.buffer.fill((byte) 0x5a);
    int length = 2 * payload + 1;
    region.send(1, length);
    assertThat(region.receiver.receive(region.buffer, 10, length))
        .isEqualTo(ReceiveProgress.COMPLETE);
    byte[] bytes = region.buffer.toArray(ValueLayout.JAVA_BYTE);
    assertThat(region.buffer.asSlice(10, length).mismatch(RegionFixture.message(1, length)))
        .isEqualTo(-1);
    for (int i = 0; i < bytes.length; i += i == 9 ? length + 1 : 1) {
      assertThat(bytes[i]).isEqualTo((byte) 0x5a);
    }
  }

  @Test
  void sendsFromAnywhereInTheSource() {
    MemorySegment source = RegionFixture.message(1, 1000);
    region.sender.send(source, 17, 500);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(region.receiver.length()).isEqualTo(500);
    assertThat(region.buffer.asSlice(0, 500).mismatch(source.asSlice(17, 500))).isEqualTo(-1);
  }

  /** AxVisor's senders cut a message where their caller's pieces end. */
  @Test
  void takesFragmentsThatDoNotFillTheirCells() {
    region.forge(Cell.FIRST, 1, 5, payload + 3);
    region.forge(0, payload, 5, payload + 3);
    region.forge(0, 1, 5, payload + 3);
    region.forge(Cell.LAST, 1, 5, payload + 3);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(region.receiver.length()).isEqualTo(payload + 3);
  }

  @Test
  void takesIdsThatAreLeftOutUpToTheLastOne() {
    for (long id : new long[] {2, 3, 100, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      region.forge(Cell.FIRST | Cell.LAST, 1, id, 1);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    }
  }

  @Test
  void endsWhereTheIdsEnd() {
    CellRing ring = new CellRing(region.memory, RegionFormat.v3(region.layout), region.direction);
    MessageSender sender = new MessageSender(ring, 0, -2);
    assertThat(sender.send(region.buffer, 0, 1)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.id(0)).isEqualTo(-1);
    assertThatIllegalStateException().isThrownBy(() -> sender.send(region.buffer, 0, 1));
    assertThat(region.tail()).isOne();
  }

  @Test
  void doesNotMixMessages() {
    int length = capacity * payload + 1;
    region.send(1, length);
    assertThatIllegalStateException().isThrownBy(() -> region.send(2, length + 1));
    region.receive();
    assertThat(region.send(1, length)).isEqualTo(SendProgress.COMPLETE);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(1, length);
  }

  @Test
  void doesNotLetABufferShrinkUnderAMessage() {
    int length = capacity * payload + 1;
    region.send(1, length);
    region.receive();
    region.send(1, length);
    assertThatIllegalArgumentException().isThrownBy(() -> receive(length - 1));
    assertThat(receive(length)).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(1, length);
  }

  @Test
  void keepsInsideSourceAndBuffer() {
    MemorySegment ten = MemorySegment.ofArray(new byte[10]);
    for (long[] wrong : new long[][] {{0, 11}, {1, 10}, {-1, 1}, {0, -1}, {11, 0}}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> region.sender.send(ten, wrong[0], wrong[1]));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> region.receiver.receive(ten, wrong[0], wrong[1]));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> region.receiver.receive(ten.asReadOnly(), 0, 10));
    assertThat(region.sender.isSending()).isFalse();
    assertThat(region.tail()).isZero();
    region.passes(1, 10);
  }

  @Test
  void doesNotStandInTheWayOfTheOtherDirection() {
    AxvisorRegion one = region.publisher;
    AxvisorRegion other = region.subscriber;
    MemorySegment two = MemorySegment.ofArray(new byte[capacity * payload + 1]);
    assertThat(one.sender().send(two, 0, two.byteSize())).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(other.sender().send(two, 0, 10)).isEqualTo(SendProgress.COMPLETE);
    assertThat(one.receiver().receive(two, 0, 10)).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(other.receiver().receive(two, 0, two.byteSize())).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(one.sender().send(two, 0, two.byteSize())).isEqualTo(SendProgress.COMPLETE);
  }

  private ReceiveProgress receive(long size) {
    return region.receiver.receive(region.buffer, 0, size);
  }
}
