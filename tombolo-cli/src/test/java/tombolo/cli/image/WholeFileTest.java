// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileHasItsNameWhenAllOfItIsThere() throws IOException {
    Path file = directory.resolve("file");
    WholeFile.write(
        file,
        out -> {
          out.write('1');
          out.flush();
          assertThat(file).doesNotExist();
          assertThat(names()).hasSize(1);
          out.write('2');
        });

    assertThat(file).hasContent("12");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void aFailureLeavesWhatWasThereAndNothingElse() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "before");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("No space left on device");
                    }))
        .withMessage("No space left on device");
    assertThat(file).hasContent("before");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void anExistingFileKeepsItsPermissionsAndALinkToItStays() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "before");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));

    WholeFile.write(link, out -> out.write('1'));

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void aDeviceIsWrittenAndStaysADevice() throws IOException {
    WholeFile.write(Path.of("/dev/null"), out -> out.write('1'));

    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void aDirectoryThatIsMissingIsReportedByTheFilesName() {
    Path file = directory.resolve("none/file");

    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> WholeFile.write(file, out -> out.write('1')))
        .withMessage(file.toString());
  }
}
