// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of virtio 1.2, 5.10.6. */
class VsockHeaderTest {
  private static final VsockHeader HEADER =
      new VsockHeader(3, 0xffff_fffeL, 0x8000_0001, 5, 1000, 2, 5, 3, 0x40000, -1);

  @Test
  void itHas44BytesLittleEndian() {
    assertThat(HexFormat.of().formatHex(HEADER.bytes()))
        .isEqualTo(
            "0300000000000000"
                + "feffffff00000000"
                + "01000080"
                + "05000000"
                + "e8030000"
                + "0200"
                + "0500"
                + "03000000"
                + "00000400"
                + "ffffffff");
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(VsockHeader.read(HEADER.bytes())).isEqualTo(HEADER);
  }

  @Test
  void aMessageEndsWithItsLastPart() {
    assertThat(HEADER.part(400, false).flags()).isZero();
    assertThat(HEADER.part(400, false).length()).isEqualTo(400);
    assertThat(HEADER.part(600, true).flags()).isEqualTo(3);
    assertThat(HEADER.part(1000, true)).isEqualTo(HEADER);
  }

  @Test
  void aRefusalGoesBackToWhereThePacketCameFrom() {
    assertThat(HEADER.refusal())
        .isEqualTo(new VsockHeader(0xffff_fffeL, 3, 5, 0x8000_0001, 0, 2, 3, 0, 0, 0));
  }
}
