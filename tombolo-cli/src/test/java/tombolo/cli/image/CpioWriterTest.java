// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CpioWriterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CpioWriter cpio = new CpioWriter(out);

  private String written() {
    return out.toString(ISO_8859_1);
  }

  /** Fields as the format's description lists them. */
  @Test
  void aFileIsHeaderNameAndContentEachUpToAMultipleOfFour() throws IOException {
    cpio.add("etc/motd", CpioWriter.FILE | 0644, "Hello".getBytes(UTF_8));
    assertThat(written())
        .isEqualTo(
            "070701"
                + "00000001" // inode
                + "000081a4" // mode
                + "0000000000000000" // owner and group
                + "00000001" // links
                + "00000000" // time
                + "00000005" // size
                + "0000000000000000" // device that has it
                + "0000000000000000" // device that it is
                + "00000009" // the name's size
                + "00000000" // checksum
                + "etc/motd\0\0"
                + "Hello\0\0\0");
  }

  @Test
  void aDeviceHasItsNumbers() throws IOException {
    cpio.addNode("dev/console", CpioWriter.CHARACTER_DEVICE | 0600, 0x501);
    assertThat(written())
        .startsWith("0707010000000100002180")
        .contains("0000000500000001" + "0000000c" + "00000000" + "dev/console\0");
  }

  /** As makedev(3) of glibc puts 0xabcde and 0x12345 together. */
  @Test
  void aDeviceWithLargeNumbersHasThem() throws IOException {
    cpio.addNode("d", CpioWriter.CHARACTER_DEVICE, 0x000a_b000_123c_de45L);
    assertThat(written()).contains("000abcde" + "00012345");
  }

  @Test
  void namesAreUtf8() throws IOException {
    cpio.add(NameBytes.of("ä"), CpioWriter.FILE, new byte[0]);
    assertThat(written()).contains("00000003" + "00000000" + "Ã¤\0");
  }

  @Test
  void theEndIsAMarkAndAFullLine() throws IOException {
    cpio.finish();
    assertThat(written()).hasSize(512).contains("TRAILER!!!\0").matches("070701[^\0]*\0*");
  }
}
