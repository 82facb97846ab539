// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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

  /** Whether Linux knows of a lock of this process on a file (proc_locks(5)). */
  private static boolean isLocked(Path file) throws IOException {
    String process = Long.toString(ProcessHandle.current().pid());
    String inode = Files.getAttribute(file, "unix:ino").toString();
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .map(line -> List.of(line.split("\\s+")))
        .anyMatch(
            words ->
                words.contains("POSIX")
                    && words.contains(process)
                    && words.stream().anyMatch(word -> word.endsWith(":" + inode)));
  }

  /**
   * A process loses its lock when it closes any descriptor of the file, so whatever else this
   * process does with the file must not close one.
   */
  @Test
  void nothingElseOfThisProcessDropsTheLock() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/locks")), "Linux shows its locks");
    Path file = file(512);
    Path link = Files.createSymbolicLink(directory.resolve("link.img"), file);
    try (DiskImage _ = DiskImage.open(file, false)) {
      assertThat(isLocked(file)).isTrue();
      DiskImage.check(file, false);
      DiskImage.check(link, true);
      assertThat(isLocked(file)).isTrue();
      refused(file, "two writable disks use it");
      refused(link, "two writable disks use it");
      assertThat(isLocked(file)).isTrue();
      DiskImage.open(file, true).close();
      assertThat(isLocked(file)).isTrue();
    }
    assertThat(isLocked(file)).isFalse();
  }

  @Test
  void aDiskThatIsReadKeepsTheLockNeitherNorDropsIt() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/locks")), "Linux shows its locks");
    Path file = file(512);
    DiskImage reads = DiskImage.open(file, true);
    DiskImage writes = DiskImage.open(file, false);
    reads.close();
    assertThat(isLocked(file)).isTrue();
    try (DiskImage _ = DiskImage.open(file, true)) {
      writes.close();
      assertThat(isLocked(file)).isFalse();
    }
  }

  @Test
  void whatIsKeptOpenForTheLockIsUsedAgainAndClosedWithIt() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.exists(descriptors), "Linux shows descriptors");
    Path file = file(512);
    long before = descriptorsOf(file);
    try (DiskImage _ = DiskImage.open(file, false)) {
      for (int i = 0; i < 100; i++) {
        DiskImage.check(file, i % 2 == 0);
      }
      assertThat(descriptorsOf(file)).isEqualTo(before + 3);
    }
    assertThat(descriptorsOf(file)).isEqualTo(before);
  }

  private static long descriptorsOf(Path file) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(fd -> leadsTo(fd, file)).count();
    }
  }

  private static boolean leadsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file.toRealPath());
    } catch (IOException e) {
      return false; // closed since: that of the list itself
    }
  }
}
