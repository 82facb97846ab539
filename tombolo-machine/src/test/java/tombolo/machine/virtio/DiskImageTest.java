// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskImageTest {
  @TempDir private Path directory;

  private Path file(int bytes) throws IOException {
    return Files.write(directory.resolve("a.img"), new byte[bytes]);
  }

  private static void refused(Path file, String what) {
    assertThatExceptionOfType(DiskImageException.class)
        .isThrownBy(() -> DiskImage.open(file, false).close())
        .withMessageStartingWith(file + ": " + what);
  }

  @Test
  void bytesAreTheFiles() throws IOException {
    Path file = file(1024);
    try (DiskImage disk = DiskImage.open(file, false)) {
      assertThat(disk.bytes()).isEqualTo(1024);
      disk.write(1020, ByteBuffer.wrap("last".getBytes(US_ASCII)));
      disk.flush();
      ByteBuffer read = ByteBuffer.allocate(5);
      disk.read(1019, read);
      assertThat(read.array()).isEqualTo("\0last".getBytes(US_ASCII));
    }
    assertThat(Files.readAllBytes(file)).hasSize(1024).endsWith('l', 'a', 's', 't');
  }

  @Test
  void nothingOutsideIsReadOrWritten() throws IOException {
    Path file = file(1024);
    try (DiskImage disk = DiskImage.open(file, false)) {
      for (long at : new long[] {1021, 1024, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> disk.write(at, ByteBuffer.allocate(4)));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> disk.read(at, ByteBuffer.allocate(4)));
      }
    }
    assertThat(Files.size(file)).isEqualTo(1024);
  }

  @Test
  void aReadOnlyDiskIsNotWritten() throws IOException {
    try (DiskImage disk = DiskImage.open(file(512), true)) {
      assertThat(disk.readOnly()).isTrue();
      assertThatExceptionOfType(NonWritableChannelException.class)
          .isThrownBy(() -> disk.write(0, ByteBuffer.allocate(4)));
    }
  }

  @Test
  void aFileThatIsCutShortGivesAnError() throws IOException {
    Path file = file(1024);
    try (DiskImage disk = DiskImage.open(file, false);
        RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(100);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> disk.read(0, ByteBuffer.allocate(512)))
          .withMessage("the file has become shorter");
    }
  }

  @Test
  void aFileThatIsMissing() {
    refused(directory.resolve("none.img"), "no such file; to make an empty disk of 64 MiB: ");
  }

  @Test
  void aDirectory() {
    refused(directory, "a directory; a disk is a file");
  }

  @Test
  void noRegularFile() {
    refused(Path.of("/dev/null"), "not a regular file");
  }

  @Test
  void aSizeThatIsNoWholeNumberOfSectors() throws IOException {
    refused(file(1000), "1000 bytes, which is not a multiple of 512; perhaps");
    refused(file(511), "511 bytes, which is not a multiple of 512; perhaps");
  }

  @Test
  void anEmptyFile() throws IOException {
    refused(file(0), "empty; to make it a disk of 64 MiB: truncate -s 64M ");
  }

  @Test
  void anImageOfAnotherFormat() throws IOException {
    Path file = file(1024);
    Files.write(file, new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3});
    refused(file, "a qcow2 image; to make a raw one of it: qemu-img convert -O raw ");
  }

  @Test
  void aFileThatMayNotBeWritten() throws IOException {
    Path file = file(512);
    org.junit.jupiter.api.Assumptions.assumeTrue(
        file.toFile().setWritable(false) && !Files.isWritable(file), "root may write everything");
    refused(file, "is not writable; add ,readonly to use it read-only");
    DiskImage.open(file, true).close();
  }

  @Test
  void twoDisksThatWriteOneFile() throws IOException {
    Path file = file(512);
    try (DiskImage _ = DiskImage.open(file, false)) {
      refused(file, "two writable disks use it");
    }
    DiskImage.open(file, false).close();
  }
}
