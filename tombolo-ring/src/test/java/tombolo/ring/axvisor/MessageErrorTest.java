// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

@DisplayName("A side of a region v3 whose peer breaks the protocol")
@ParameterizedClass
@CsvSource({"CELL,TO_SUBSCRIBER", "CELL,TO_PUBLISHER", "SLOT,TO_SUBSCRIBER", "SLOT,TO_PUBLISHER"})
final class MessageErrorTest {
  private static final int WHOLE = Cell.FIRST | Cell.LAST;

  private final RegionFixture region;
  private final int payload;

  MessageErrorTest(AxvisorLayout layout, Direction direction) {
    region = new RegionFixture(layout, direction);
    payload = region.payload();
  }

  @ParameterizedTest
  @ValueSource(ints = {33, -1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void doesNotBelieveATail(int ahead) {
    region.passes(1, 1);
    region.setWord(CellRing.TAIL_AT, region.head() + ahead);
    poisoned(MessageError.TAIL);
  }

  @ParameterizedTest
  @ValueSource(ints = {33, -1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void doesNotBelieveAHead(int behind) {
    region.passes(1, 1);
    region.setWord(CellRing.HEAD_AT, region.tail() - behind);
    byte[] before = region.memory.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 3; i++) {
      assertThat(region.send(2, 1)).isEqualTo(SendProgress.POISONED);
      assertThat(region.sender.error()).contains(MessageError.HEAD);
      assertThat(region.memory.mismatch(MemorySegment.ofArray(before))).isEqualTo(-1);
      region.setWord(CellRing.HEAD_AT, region.tail());
      before = region.memory.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void doesNotBelieveAHeadWhenItGivesUpEither() {
    region.send(1, region.capacity() * payload + 1);
    region.setWord(CellRing.HEAD_AT, 1000);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.POISONED);
    assertThat(region.sender.error()).contains(MessageError.HEAD);
    region.setWord(CellRing.HEAD_AT, 1);
    assertThat(region.sender.abort()).isEqualTo(SendProgress.POISONED);
    assertThat(region.tail()).isEqualTo(region.capacity());
  }

  @Test
  void believesAsMuchAsTheRingHolds() {
    region.setWord(CellRing.TAIL_AT, region.capacity());
    for (int i = 0; i < region.capacity(); i++) {
      Words.LONG.setVolatile(region.ring, region.cell(i), Cell.word(WHOLE, 1));
      Words.LONG.setVolatile(region.ring, region.cell(i) + Cell.ID_AT, i + 1L);
      Words.LONG.setVolatile(region.ring, region.cell(i) + Cell.LENGTH_AT, 1L);
    }
    for (int i = 0; i < region.capacity(); i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    }
    assertThat(region.receive()).isEqualTo(ReceiveProgress.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 255})
  void knowsNoSuchVersion(int version) {
    region.forge((Cell.word(WHOLE, 1) & ~0xffL) | version, 1, 1);
    poisoned(MessageError.VERSION);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 23, 25, 32, 0xffff})
  void knowsNoSuchHeader(int length) {
    region.forge((Cell.word(WHOLE, 1) & ~0xffff0000L) | (long) length << 16, 1, 1);
    poisoned(MessageError.HEADER_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8, 9, 11, 12, 0x83, 0xff})
  void knowsNoSuchFlags(int flags) {
    region.forge(flags, 0, 1, 0);
    poisoned(MessageError.FLAGS);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8, 10, 12, 0x80})
  void knowsNoSuchFlagsWithinAMessageEither(int flags) {
    region.forge(Cell.FIRST, 1, 1, 3);
    region.forge(flags, 0, 1, 3);
    poisoned(MessageError.FLAGS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void knowsNoFragmentLongerThanACell(int more) {
    region.forge(Cell.FIRST, 0, 1, 0);
    region.setWord(region.cell(0) + 4, payload + more);
    Words.LONG.setVolatile(region.ring, region.cell(0) + Cell.LENGTH_AT, -1L);
    poisoned(MessageError.FRAGMENT_LENGTH);
  }

  @Test
  void knowsNoFragmentLongerThanItsMessage() {
    region.forge(WHOLE, 2, 1, 1);
    poisoned(MessageError.FRAGMENT_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Cell.LAST})
  void knowsNoFragmentLongerThanWhatIsMissing(int flags) {
    region.forge(Cell.FIRST, 3, 1, 5);
    region.forge(flags, 3, 1, 5);
    poisoned(MessageError.FRAGMENT_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {Cell.FIRST, Cell.FIRST | Cell.LAST})
  void knowsNoEmptyFragmentOfAMessageThatIsNot(int flags) {
    region.forge(flags, 0, 1, 1);
    poisoned(MessageError.FRAGMENT_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Cell.LAST})
  void knowsNoEmptyFragmentWithinAMessage(int flags) {
    region.forge(Cell.FIRST, 1, 1, 2);
    region.forge(flags, 0, 1, 2);
    poisoned(MessageError.FRAGMENT_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Cell.LAST})
  void knowsNoMessageWithoutABeginning(int flags) {
    region.forge(flags, 1, 1, 1);
    poisoned(MessageError.FIRST);
  }

  @ParameterizedTest
  @ValueSource(ints = {Cell.FIRST, Cell.FIRST | Cell.LAST})
  void knowsNoBeginningWithinAMessage(int flags) {
    region.forge(Cell.FIRST, 1, 1, 2);
    region.forge(flags, 1, 2, flags == WHOLE ? 1 : 2);
    poisoned(MessageError.FIRST);
  }

  @Test
  void knowsNoMessageWithoutAnEnd() {
    region.forge(Cell.FIRST, 1, 1, 2);
    region.forge(0, 1, 1, 2);
    poisoned(MessageError.LAST);
  }

  @Test
  void knowsNoMessageOfOneCellWithoutAnEnd() {
    region.forge(Cell.FIRST, 1, 1, 1);
    poisoned(MessageError.LAST);
  }

  @Test
  void knowsNoEmptyMessageWithoutAnEnd() {
    region.forge(Cell.FIRST, 0, 1, 0);
    poisoned(MessageError.LAST);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 1L << 32 | 2, Long.MIN_VALUE | 2, -1})
  void knowsNoEndBeforeAllIsThere(long length) {
    region.forge(Cell.FIRST, 1, 1, length);
    region.forge(Cell.LAST, 1, 1, length);
    poisoned(MessageError.LAST);
  }

  @Test
  void knowsNoAbortOfNothing() {
    region.forge(Cell.ABORT, 0, 1, 0);
    poisoned(MessageError.ABORT);
  }

  @Test
  void knowsNoAbortOfAMessageThatIsComplete() {
    region.forge(WHOLE, 1, 1, 1);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.forge(Cell.ABORT, 0, 1, 1);
    poisoned(MessageError.ABORT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 41, 1000, -1})
  void knowsNoAbortWithPayload(int fragment) {
    region.forge(Cell.FIRST, 1, 1, 100);
    region.forge(Cell.ABORT, 0, 1, 100);
    region.setWord(region.cell(1) + 4, fragment);
    poisoned(MessageError.ABORT);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 2, -1})
  void knowsNoAbortOfAnotherMessage(long id) {
    region.forge(Cell.FIRST, 1, 1, 2);
    region.forge(Cell.ABORT, 0, id, 2);
    poisoned(MessageError.MESSAGE_ID);
  }

  @Test
  void knowsNoAbortOfAnotherLength() {
    region.forge(Cell.FIRST, 1, 1, 2);
    region.forge(Cell.ABORT, 0, 1, 3);
    poisoned(MessageError.MESSAGE_LENGTH);
  }

  @Test
  void knowsNoMessageWithoutAnId() {
    region.forge(WHOLE, 1, 0, 1);
    poisoned(MessageError.MESSAGE_ID);
  }

  @ParameterizedTest
  @CsvSource({"7, 7", "7, 6", "7, 2", "7, 0", "-1, 0", "-1, 2", "-1, -1", "-1, -2"})
  void knowsNoIdThatIsNotAboveTheLastOne(long last, long id) {
    region.forge(WHOLE, 1, last, 1);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.forge(WHOLE, 1, id, 1);
    poisoned(MessageError.MESSAGE_ID);
  }

  @Test
  void knowsNoIdOfAMessageThatWasGivenUp() {
    region.forge(Cell.FIRST, 1, 2, 2);
    region.forge(Cell.ABORT, 0, 2, 2);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.ABORTED);
    region.forge(WHOLE, 1, 2, 1);
    poisoned(MessageError.MESSAGE_ID);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, -1})
  void knowsNoTwoMessagesAtOnce(long id) {
    region.forge(Cell.FIRST, 1, 2, 3);
    region.forge(0, 1, id, 3);
    poisoned(MessageError.MESSAGE_ID);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4, 0, -1})
  void knowsNoOtherLengthOfTheSameMessage(long length) {
    region.forge(Cell.FIRST, 1, 1, 3);
    region.forge(Cell.LAST, 1, 1, length);
    poisoned(MessageError.MESSAGE_LENGTH);
  }

  @Test
  void isPoisonedAndNotMisusedWhenTheCallerTurnsToAnotherMessage() {
    int length = region.capacity() * payload + 1;
    region.send(1, length);
    region.receive();
    region.forge(0, 1, 1, length);
    assertThat(region.receiver.receive(region.buffer, 0, length))
        .isEqualTo(ReceiveProgress.POISONED);
    assertThat(region.receiver.isReceiving()).isFalse();
    assertThat(region.receiver.receive(region.buffer, 0, 0)).isEqualTo(ReceiveProgress.POISONED);
    region.setWord(CellRing.TAIL_AT, region.tail() - 1); // what was forged is gone
    region.setWord(CellRing.HEAD_AT, -1000);
    assertThat(region.send(1, length)).isEqualTo(SendProgress.POISONED);
    assertThat(region.send(2, 1)).isEqualTo(SendProgress.POISONED);
  }

  @Test
  void deliversWhatCameBefore() {
    region.send(1, 3 * payload);
    region.forge(Cell.word(8, 0), 2, 0);
    assertThat(region.receive()).isEqualTo(ReceiveProgress.COMPLETE);
    region.holds(1, 3 * payload);
    poisoned(MessageError.FLAGS);
  }

  @Test
  void goesOnInTheOtherDirection() {
    region.forge(Cell.ABORT, 0, 1, 0);
    poisoned(MessageError.ABORT);
    boolean toSubscriber = region.direction == Direction.TO_SUBSCRIBER;
    MessageSender back = (toSubscriber ? region.subscriber : region.publisher).sender();
    MessageReceiver front = (toSubscriber ? region.publisher : region.subscriber).receiver();
    assertThat(back.send(RegionFixture.message(1, 10), 0, 10)).isEqualTo(SendProgress.COMPLETE);
    assertThat(front.receive(region.buffer, 0, 10)).isEqualTo(ReceiveProgress.COMPLETE);
  }

  @Test
  void storesNoIndexWhereThePeerHasStoredAnother() {
    region.passes(1, 1);
    region.setWord(CellRing.TAIL_AT, -1);
    region.setWord(CellRing.HEAD_AT, -1);
    for (int i = 0; i < 3; i++) {
      assertThat(region.send(2, 1)).isEqualTo(SendProgress.PEER_RESTARTED);
      assertThat(region.receive()).isEqualTo(ReceiveProgress.PEER_RESTARTED);
      assertThat(region.tail()).isEqualTo(-1);
      assertThat(region.head()).isEqualTo(-1);
      region.setWord(CellRing.TAIL_AT, -1);
    }
    assertThat(region.sender.error()).isEmpty();
    assertThat(region.receiver.error()).isEmpty();
  }

  @Test
  void doesNotCareWhatThePeerDoesToTheHeadersAfterwards() {
    region.memory.asSlice(0x10, 0x18).fill((byte) -1);
    region.setWord(CellRing.CAPACITY_AT, -1);
    region.setWord(CellRing.CELL_SIZE_AT, 1);
    region.passes(1, 10_000);
  }

  /**
   * Checks that all cells before the wrong one are taken, and none after it, not even good ones.
   */
  private void poisoned(MessageError error) {
    ReceiveProgress progress = region.receive();
    assertThat(progress).isEqualTo(ReceiveProgress.POISONED);
    assertThat(region.receiver.error()).contains(error);
    int head = region.head();
    region.setWord(CellRing.TAIL_AT, head);
    region.forge(WHOLE, 1, 1000, 1);
    region.buffer.fill((byte) 0x5a);
    for (int i = 0; i < 3; i++) {
      assertThat(region.receive()).isEqualTo(ReceiveProgress.POISONED);
      assertThat(region.receiver.error()).contains(error);
    }
    assertThat(region.head()).isEqualTo(head);
    assertThat(region.buffer.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
  }
}
