// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.host.Mishaps;

final class BlockDeviceTest {
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;

  private static final int DONE = 0;
  private static final int IO_ERROR = 1;
  private static final int UNSUPPORTED = 2;

  private static final int SECTORS = 512;
  private static final long HEADER = BUFFERS;
  private static final long STATUS = BUFFERS + 0x100;
  private static final long DATA = BUFFERS + 0x1000;

  @TempDir private Path directory;
  private @Nullable TestDriver opened;
  private int requests;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private TestDriver driver(boolean readOnly) throws IOException {
    Path file = directory.resolve("disk.img");
    byte[] content = new byte[SECTORS * 512];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    TestDriver driver =
        new TestDriver(
            new BlockDevice("disk0", "vm", DiskImage.open(file, readOnly), Mishaps.NONE));
    opened = driver;
    driver.start(1L << BlockDevice.FLUSH);
    return driver;
  }

  private byte[] file() throws IOException {
    return Files.readAllBytes(directory.resolve("disk.img"));
  }

  /** Makes a request of three buffers and waits for it. Returns its status. */
  private int request(TestDriver driver, int type, long sector, int length)
      throws InterruptedException {
    driver.memory.writeInt(HEADER, type);
    driver.memory.writeInt(HEADER + 4, 0);
    driver.memory.writeLong(HEADER + 8, sector);
    driver.memory.writeByte(STATUS, (byte) 0xee);
    driver.describe(0, 0, HEADER, 16, NEXT, length == 0 ? 2 : 1);
    driver.describe(0, 1, DATA, length, NEXT | (type == OUT ? 0 : WRITE), 2);
    driver.describe(0, 2, STATUS, 1, WRITE, 0);
    driver.offer(0, 0);
    driver.awaitUsed(0, ++requests);
    return driver.memory.readByte(STATUS);
  }

  private static byte[] data(TestDriver driver, int length) {
    byte[] data = new byte[length];
    driver.memory.read(DATA, data, 0, length);
    return data;
  }

  @Test
  void itSaysHowLargeItIs() throws IOException {
    TestDriver driver = driver(false);
    assertThat(driver.function.read(0x2000, 8)).isEqualTo(SECTORS);
    assertThat(driver.function.read(0x2014, 4)).as("block size").isEqualTo(512);
    driver.set(0, 4, 0);
    assertThat(driver.get(4, 4) & 0x3ff).isEqualTo(1 << 2 | 1 << 6 | 1 << 9);
  }

  @Test
  void sectorsAreReadInPieces() throws Exception {
    TestDriver driver = driver(false);
    int length = 300 * 512; // more than one piece
    assertThat(request(driver, IN, 7, length)).isEqualTo(DONE);
    assertThat(driver.takeUsed(0)).containsExactly(0, length + 1);
    assertThat(data(driver, length)).isEqualTo(Arrays.copyOfRange(file(), 7 * 512, 307 * 512));
  }

  @Test
  void sectorsAreWrittenAndNothingBesides() throws Exception {
    TestDriver driver = driver(false);
    byte[] expected = file();
    byte[] data = new byte[200 * 512];
    new Random(2).nextBytes(data);
    driver.memory.write(DATA, data, 0, data.length);
    System.arraycopy(data, 0, expected, 300 * 512, data.length);
    assertThat(request(driver, OUT, 300, data.length)).isEqualTo(DONE);
    assertThat(driver.takeUsed(0)).containsExactly(0, 1);
    assertThat(file()).isEqualTo(expected);
    assertThat(request(driver, FLUSH, 0, 0)).isEqualTo(DONE);
  }

  @Test
  void theLastSectorIsTheLast() throws Exception {
    TestDriver driver = driver(false);
    assertThat(request(driver, IN, SECTORS - 1, 512)).isEqualTo(DONE);
    assertThat(request(driver, IN, SECTORS - 1, 1024)).isEqualTo(IO_ERROR);
    assertThat(request(driver, OUT, SECTORS - 1, 1024)).isEqualTo(IO_ERROR);
    assertThat(request(driver, OUT, SECTORS, 512)).isEqualTo(IO_ERROR);
    assertThat(Files.size(directory.resolve("disk.img"))).isEqualTo(512L * SECTORS);
  }

  @Test
  void sectorsThatNoDiskHasAreErrors() throws Exception {
    TestDriver driver = driver(false);
    byte[] before = file();
    for (long sector : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 55, 1L << 63 >>> 9}) {
      assertThat(request(driver, OUT, sector, 512)).isEqualTo(IO_ERROR);
      assertThat(request(driver, IN, sector, 512)).isEqualTo(IO_ERROR);
    }
    assertThat(request(driver, OUT, 0, 100)).as("no whole sector").isEqualTo(IO_ERROR);
    assertThat(file()).isEqualTo(before);
  }

  @Test
  void aReadOnlyDiskIsReadAndRefusesWrites() throws Exception {
    TestDriver driver = driver(true);
    byte[] before = file();
    driver.set(0, 4, 0);
    assertThat(driver.get(4, 4) >> 5 & 1).isEqualTo(1);
    assertThat(request(driver, OUT, 0, 512)).isEqualTo(IO_ERROR);
    assertThat(request(driver, IN, 0, 512)).isEqualTo(DONE);
    assertThat(request(driver, FLUSH, 0, 0)).isEqualTo(DONE);
    assertThat(file()).isEqualTo(before);
  }

  @Test
  void itTellsItsName() throws Exception {
    TestDriver driver = driver(false);
    assertThat(request(driver, GET_ID, 0, 20)).isEqualTo(DONE);
    assertThat(driver.takeUsed(0)).containsExactly(0, 21);
    assertThat(new String(data(driver, 20), US_ASCII)).isEqualTo("disk0" + "\0".repeat(15));
  }

  @Test
  void whatItDoesNotKnowIsUnsupported() throws Exception {
    TestDriver driver = driver(false);
    for (int type : new int[] {2, 11, 13, 0x7fff_ffff, -1}) {
      assertThat(request(driver, type, 0, 512)).isEqualTo(UNSUPPORTED);
    }
  }

  @Test
  void aFileThatIsCutShortGivesErrorsAndTheDeviceGoesOn() throws Exception {
    TestDriver driver = driver(false);
    try (RandomAccessFile cut =
        new RandomAccessFile(directory.resolve("disk.img").toFile(), "rw")) {
      cut.setLength(512);
      assertThat(request(driver, IN, 0, 1024)).isEqualTo(IO_ERROR);
      assertThat(request(driver, IN, 0, 512)).isEqualTo(DONE);
    }
  }

  @Test
  void aRequestWithoutHeaderOrStatusBreaksTheDevice() throws Exception {
    TestDriver driver = driver(false);
    driver.describe(0, 0, HEADER, 15, NEXT, 1);
    driver.describe(0, 1, STATUS, 1, WRITE, 0);
    driver.offer(0, 0);
    driver.awaitBroken();
    driver.start(0);
    driver.describe(0, 0, HEADER, 16, 0, 0);
    driver.offer(0, 0);
    driver.awaitBroken();
    driver.start(0);
    assertThat(request(driver, IN, 0, 512)).isEqualTo(DONE);
  }

  @Test
  void manyRequestsAreServedInOrder() throws Exception {
    TestDriver driver = driver(false);
    for (int i = 0; i < 16; i++) {
      long at = BUFFERS + 0x400L * i;
      driver.memory.writeInt(at, IN);
      driver.memory.writeLong(at + 8, i);
      driver.describeAt(at + 0x10, at, 16, NEXT, 1);
    }
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < 5; i++) {
        driver.describe(0, 3 * i, BUFFERS + 0x400L * i, 16, NEXT, 3 * i + 1);
        driver.describe(0, 3 * i + 1, DATA + 0x4000 + 512L * i, 512, NEXT | WRITE, 3 * i + 2);
        driver.describe(0, 3 * i + 2, STATUS, 1, WRITE, 0);
        driver.offer(0, 3 * i);
      }
      requests += 5;
      driver.awaitUsed(0, requests);
      for (int i = 0; i < 5; i++) {
        assertThat(driver.takeUsed(0)).containsExactly(3L * i, 513);
      }
    }
  }
}
