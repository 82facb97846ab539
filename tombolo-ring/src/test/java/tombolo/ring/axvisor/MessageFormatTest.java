// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ring.HexFile;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/** The golden bytes were made from docs/ring-format.md, not by this code. */
@DisplayName("The wire format of a region v3")
final class MessageFormatTest {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final MemorySegment ABC =
      MemorySegment.ofArray("abc".getBytes(StandardCharsets.US_ASCII));

  /** AxVisor's own example of a cell. Its length is not its fragment's, but every byte differs. */
  private static final String CELL =
      "01 03 18 00 03 00 00 00 01 02 03 04 05 06 07 08 11 12 13 14 15 16 17 18";

  @Test
  void hasTheKnownHeaderOfACell() {
    MemorySegment cell = Arena.ofAuto().allocate(24, 8);
    Words.LONG.set(cell, (long) Cell.WORD_AT, Cell.word(Cell.FIRST | Cell.LAST, 3));
    Words.LONG.set(cell, (long) Cell.ID_AT, 0x0807060504030201L);
    Words.LONG.set(cell, (long) Cell.LENGTH_AT, 0x1817161514131211L);
    assertThat(HEX.formatHex(cell.toArray(ValueLayout.JAVA_BYTE))).isEqualTo(CELL);
  }

  @ParameterizedTest
  @EnumSource
  void hasTheKnownBytesOfACell(AxvisorLayout layout) {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    CellRing ring = new CellRing(region.memory, RegionFormat.v3(layout), Direction.TO_SUBSCRIBER);
    new MessageSender(ring, 0, 0x0807060504030200L).send(ABC, 0, 3);
    assertThat(
            HEX.formatHex(region.ring.asSlice(region.cell(0), 27).toArray(ValueLayout.JAVA_BYTE)))
        .isEqualTo(CELL.substring(0, 48) + "03 00 00 00 00 00 00 00 61 62 63");
  }

  @ParameterizedTest
  @EnumSource
  void isWhatBothSidesStore(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    Words.LONG.set(memory, 0L, 7L);
    Words.LONG.set(memory, 8L, 0x1122334455667788L);
    AxvisorRegion publisher = AxvisorRegion.publish(memory, layout);
    AxvisorRegion subscriber = RegionFixture.subscribe(memory);
    MemorySegment buffer = MemorySegment.ofArray(new byte[10_000]);
    int payload = layout.payloadSize();

    publisher.sender().send(ABC, 0, 3);
    assertThat(subscriber.receiver().receive(buffer, 0, 3)).isEqualTo(ReceiveProgress.COMPLETE);
    publisher.sender().send(RegionFixture.message(0, payload + 1), 0, payload + 1);

    subscriber.sender().send(ABC, 0, 0);
    assertThat(publisher.receiver().receive(buffer, 0, 0)).isEqualTo(ReceiveProgress.COMPLETE);
    int more = layout.capacity() * payload + 1;
    assertThat(subscriber.sender().send(MemorySegment.ofArray(new byte[more]), 0, more))
        .isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(publisher.receiver().receive(buffer, 0, more)).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(subscriber.sender().abort()).isEqualTo(SendProgress.COMPLETE);

    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsExactly(golden(layout));
  }

  @ParameterizedTest
  @EnumSource
  void isWhatASubscriberFindsThere(AxvisorLayout layout) {
    MemorySegment memory = RegionFixture.allocate(layout);
    memory.copyFrom(MemorySegment.ofArray(golden(layout)));
    AxvisorRegion subscriber = RegionFixture.subscribe(memory);
    MemorySegment buffer = MemorySegment.ofArray(new byte[layout.payloadSize() + 1]);

    assertThat(subscriber.layout()).isEqualTo(layout);
    assertThat(subscriber.receiver().receive(buffer, 0, buffer.byteSize()))
        .isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(buffer.mismatch(RegionFixture.message(0, layout.payloadSize() + 1))).isEqualTo(-1);
    assertThat(subscriber.receiver().receive(buffer, 0, 0)).isEqualTo(ReceiveProgress.EMPTY);
  }

  private static byte[] golden(AxvisorLayout layout) {
    String name = layout == AxvisorLayout.CELL ? "cell" : "slot";
    return HexFile.read("axvisor-region-v3-" + name + ".hex", layout.regionSize());
  }
}
