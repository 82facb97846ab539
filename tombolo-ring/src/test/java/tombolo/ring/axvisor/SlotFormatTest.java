// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.HexFile;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/** The golden bytes were made from docs/ring-format.md, not by this code. */
@DisplayName("The wire format of a version 2 region")
final class SlotFormatTest {
  private static final byte[] GOLDEN = HexFile.read("axvisor-region-v2.hex", SlotFixture.REGION);

  private final MemorySegment memory = SlotFixture.allocate();
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[SlotFixture.PAYLOAD]);

  @Test
  void isWhatBothSidesStore() {
    Words.LONG.set(memory, 0L, 7L);
    Words.LONG.set(memory, 8L, 0x1122334455667788L);
    AxvisorRegionV2 publisher = AxvisorRegionV2.publish(memory);
    AxvisorRegionV2 subscriber = SlotFixture.subscribe(memory);

    assertThat(publisher.sender().request(text("abc"), 0, 3)).isEqualTo(SendProgress.COMPLETE);
    assertThat(subscriber.receiver().receive(buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(publisher.sender().request(RegionFixture.message(0, 48), 0, 48))
        .isEqualTo(SendProgress.COMPLETE);

    long sequence = subscriber.receiver().sequence();
    assertThat(subscriber.sender().acknowledge(sequence, text("ok"), 0, 2))
        .isEqualTo(SendProgress.COMPLETE);
    assertThat(publisher.receiver().receive(buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(subscriber.sender().acknowledge(0x0807060504030201L, text(""), 0, 0))
        .isEqualTo(SendProgress.COMPLETE);

    assertThat(SlotFixture.bytes(memory)).containsExactly(GOLDEN);
  }

  @Test
  void isWhatASubscriberFindsThere() {
    memory.copyFrom(MemorySegment.ofArray(GOLDEN));
    SlotReceiver receiver = SlotFixture.subscribe(memory).receiver();

    assertThat(receiver.receive(buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    SlotFixture.received(receiver, buffer, SlotKind.REQUEST, 2, 0, 48);
    assertThat(receiver.receive(buffer, 0)).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(receiver.dropped()).isZero();
  }

  @Test
  void isWhatThePublisherFindsInTheOtherRing() {
    memory.copyFrom(MemorySegment.ofArray(GOLDEN));
    CellRing ring = new CellRing(memory, RegionFormat.V2, Direction.TO_PUBLISHER);
    Words.INT.setVolatile(ring.memory, CellRing.HEAD_AT, 0); // nothing is read yet
    SlotReceiver receiver = new SlotReceiver(ring, 0);

    assertThat(receiver.receive(buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(receiver.kind()).isEqualTo(SlotKind.ACKNOWLEDGEMENT);
    assertThat(receiver.sequence()).isEqualTo(1);
    assertThat(buffer.asSlice(0, receiver.length()).mismatch(text("ok"))).isEqualTo(-1);
    assertThat(receiver.receive(buffer, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    SlotFixture.received(receiver, buffer, SlotKind.ACKNOWLEDGEMENT, 0x0807060504030201L, 0, 0);
  }

  @Test
  void isWhatAnOnlookerSees() {
    memory.copyFrom(MemorySegment.ofArray(GOLDEN));
    RegionSnapshot snapshot = RegionSnapshot.of(memory).orElseThrow();
    assertThat(snapshot.version()).isEqualTo(2);
    for (RegionSnapshot.Ring ring :
        new RegionSnapshot.Ring[] {snapshot.toSubscriber(), snapshot.toPublisher()}) {
      assertThat(ring.messages()).isEqualTo(2);
      assertThat(ring.cells()).isEqualTo(2);
      assertThat(ring.waiting()).isEqualTo(1);
      assertThat(ring.error()).isEmpty();
    }
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }
}
