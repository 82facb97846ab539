// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InitrdTest {
  private static String entry(String name, String content) {
    String header = "070701" + "0".repeat(48) + "%08x".formatted(content.length()) + "0".repeat(32);
    String named = header + "%08x".formatted(name.length() + 1) + "0".repeat(8) + name + "\0";
    return pad(pad(named) + content);
  }

  private static String pad(String text) {
    return text + "\0".repeat(-text.length() & 3);
  }

  private static final String FILES = entry("init", "#!/bin/sh") + entry("etc/motd", "Hello!");
  private static final String ARCHIVE = FILES + entry("TRAILER!!!", "");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void assertRefused(String message, byte[] initrd) {
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> Initrd.check(initrd, "initrd"))
        .withMessage("initrd: " + message);
  }

  @Test
  void aWholeArchiveAndSeveralOfThemArePassed() {
    byte[] archive = bytes(ARCHIVE);
    byte[] two = Arrays.copyOf(archive, archive.length + 512);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(two);
    all.writeBytes(archive);
    all.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0});
    for (byte[] initrd : new byte[][] {archive, two, all.toByteArray()}) {
      assertThatCode(() -> Initrd.check(initrd, "initrd")).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hsqs", "\037\213\b", "0707", "x070701", "\0\0\0"})
  void whatIsNoArchiveIsTheKernelsToJudge(String text) {
    assertThatCode(() -> Initrd.check(bytes(text), "initrd")).doesNotThrowAnyException();
  }

  @Test
  void anArchiveThatEndsAnywhereBeforeItsEndMarkIsTruncated() {
    byte[] archive = bytes(ARCHIVE);
    // From where it can be told for an archive to the end of the mark's name.
    for (int length = 6; length < FILES.length() + 110 + 11; length++) {
      byte[] part = Arrays.copyOf(archive, length);
      assertThatExceptionOfType(ImageException.class)
          .as("%d bytes", length)
          .isThrownBy(() -> Initrd.check(part, "initrd"))
          .withMessageStartingWith("initrd: truncated: the cpio archive ends ")
          .withMessageEndingWith(", after %d bytes".formatted(length));
    }
  }

  @Test
  void itSaysWhatIsWrong() {
    assertRefused("the file is empty", new byte[0]);
    assertRefused(
        "truncated: the cpio archive ends in the middle of init, after 120 bytes",
        Arrays.copyOf(bytes(ARCHIVE), 120));
    assertRefused(
        "a damaged cpio archive: no header at 0x%x, where one has to be"
            .formatted(entry("init", "x").length()),
        bytes(entry("init", "x") + "y".repeat(200)));
    assertRefused(
        "a damaged cpio archive: the header at 0x0 has something else than digits",
        bytes(
            ARCHIVE
                .replaceFirst("0{8}", "0000000g")
                .replace("0000000a", "0000000?")
                .replace("00000005", "0000000?")));
  }

  @Test
  void sizesThatReachBehindTheFileAreNoReasonToReadThere() {
    byte[] archive = bytes(entry("init", "x").replace("00000001", "ffffffff"));
    assertRefused(
        "truncated: the cpio archive ends in the middle of init, after %d bytes"
            .formatted(archive.length),
        archive);
  }
}
