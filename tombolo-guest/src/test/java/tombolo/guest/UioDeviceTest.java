// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The directories are made as sysfs has them. The device's node is a pipe: four bytes in it are an
 * interrupt.
 */
@DisplayName("A UIO device")
@Timeout(60)
final class UioDeviceTest {
  private static final int VENDOR = 0x1234;
  private static final int DEVICE = 0x1ac0;
  private static final int WINDOW = 1 << 16;
  private static final int COMMAND = 4;
  private static final int MEMORY_AND_MASTER = 6;
  private static final int NO_INTX = 1 << 10;
  private static final long NANOS = Duration.ofSeconds(30).toNanos();

  @TempDir private Path directory;
  private Path bus;
  private Path function;
  private Path driver;
  private Path nodes;

  @BeforeEach
  void makeSysfs() throws Exception {
    bus = directory.resolve("sys/bus/pci");
    driver = Files.createDirectories(bus.resolve("drivers/uio_pci_generic"));
    Files.createFile(driver.resolve("new_id"));
    Files.createFile(driver.resolve("bind"));
    nodes = Files.createDirectories(directory.resolve("dev"));
    makeFunction("0000:00:00.0", VENDOR, 1);
    function = makeFunction("0000:00:01.0", VENDOR, DEVICE);
    Files.createDirectories(function.resolve("uio/uio3"));
    Files.createSymbolicLink(function.resolve("driver"), driver);
    pipe(nodes.resolve("uio3"));
  }

  private Path makeFunction(String address, int vendor, int device) throws IOException {
    Path made = Files.createDirectories(bus.resolve("devices").resolve(address));
    Files.writeString(made.resolve("vendor"), "0x%04x\n".formatted(vendor));
    Files.writeString(made.resolve("device"), "0x%04x\n".formatted(device));
    Files.write(made.resolve("config"), new byte[256]);
    Files.write(made.resolve("resource0"), new byte[4096]);
    Files.write(made.resolve("resource2"), new byte[WINDOW]);
    return made;
  }

  private static void pipe(Path node) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", node.toString()).start().waitFor()).isZero();
  }

  private UioDevice open() throws IOException {
    return UioDevice.open(VENDOR, DEVICE, bus, nodes);
  }

  private int command() throws IOException {
    byte[] config = Files.readAllBytes(function.resolve("config"));
    return ByteBuffer.wrap(config).order(ByteOrder.LITTLE_ENDIAN).getShort(COMMAND);
  }

  private void interrupt(int count) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    word.putInt(count).flip();
    try (FileChannel node = FileChannel.open(nodes.resolve("uio3"), StandardOpenOption.WRITE)) {
      node.write(word);
    }
  }

  @Test
  void mapsTheRegistersAndPartsOfTheWindow() throws IOException {
    try (RandomAccessFile file =
            new RandomAccessFile(function.resolve("resource2").toFile(), "rw");
        Arena arena = Arena.ofConfined();
        UioDevice device = open()) {
      device.writeInt(8, 42);
      assertThat(device.readInt(8)).isEqualTo(42);
      device.map(4096, 8192, arena).set(JAVA_INT, 16, 43);
      file.seek(4096 + 16);
      assertThat(Integer.reverseBytes(file.readInt())).isEqualTo(43);
    }
    assertThat(Files.readAllBytes(function.resolve("resource0"))[8]).isEqualTo((byte) 42);
  }

  @Test
  void setsBusMasterEnableAndUnmasksTheInterruptOnlyToWait() throws IOException {
    try (UioDevice device = open()) {
      assertThat(command()).isEqualTo(MEMORY_AND_MASTER | NO_INTX);
      device.awaitInterrupt(1);
      assertThat(command()).isEqualTo(MEMORY_AND_MASTER);
    }
  }

  @Test
  void waitsForAnInterruptAndUnmasksItAgain() throws IOException {
    try (UioDevice device = open()) {
      interrupt(1);
      device.awaitInterrupt(NANOS);
      Files.write(function.resolve("config"), new byte[256]); // masked, says the kernel
      interrupt(2);
      device.awaitInterrupt(NANOS);
      assertThat(command()).isEqualTo(MEMORY_AND_MASTER);
    }
  }

  @Test
  void oneProcessAtATimeHasIt() throws IOException {
    try (UioDevice _ = open()) {
      assertThatIOException()
          .isThrownBy(this::open)
          .withMessage("a process has the device 0000:00:01.0; one at a time can");
    }
    open().close();
  }

  @Test
  void aSecondAttemptDoesNotTakeTheLockAway() throws IOException {
    try (UioDevice _ = open()) {
      assertThatIOException().isThrownBy(this::open);
      assertThatIOException().isThrownBy(this::open).withMessageContaining("one at a time can");
    }
  }

  @Test
  void anInterruptedThreadDoesNotLoseTheDevice() throws IOException {
    try (Arena arena = Arena.ofConfined();
        UioDevice device = open()) {
      Thread.currentThread().interrupt();
      device.awaitInterrupt(1);
      assertThat(device.map(0, 4096, arena).get(JAVA_INT, 0)).isZero();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(device.map(0, 4096, arena).get(JAVA_INT, 0)).isZero();
    }
  }

  @Test
  void aWaitCanBeEnded() throws IOException {
    try (UioDevice device = open()) {
      device.wakeUp();
      device.awaitInterrupt(Long.MAX_VALUE);
    }
  }

  @Test
  void isBoundToTheDriverIfItHasNone() throws IOException {
    Files.delete(function.resolve("driver"));
    assertThatIOException().isThrownBy(this::open).withMessageContaining("has no driver");
    assertThat(driver.resolve("new_id")).hasContent("1234 1ac0");
    assertThat(driver.resolve("bind")).hasContent("0000:00:01.0");
  }

  @Test
  void anotherDriverKeepsIt() throws IOException {
    Files.delete(function.resolve("driver"));
    Path other = Files.createDirectories(bus.resolve("drivers/vfio-pci"));
    Files.createSymbolicLink(function.resolve("driver"), other);
    assertThatIOException()
        .isThrownBy(this::open)
        .withMessage(
            "0000:00:01.0 has the driver vfio-pci: echo 0000:00:01.0 > %s/driver/unbind", function);
  }

  @Test
  void saysThatTheModuleIsNotLoaded() throws IOException {
    Files.delete(function.resolve("driver"));
    Files.delete(driver.resolve("new_id"));
    Files.delete(driver.resolve("bind"));
    Files.delete(driver);
    assertThatIOException()
        .isThrownBy(this::open)
        .withMessageContaining("uio_pci_generic is not loaded: modprobe uio_pci_generic");
  }

  @Test
  void saysThatThereIsNoDevice() throws IOException {
    Files.writeString(function.resolve("device"), "what?");
    assertThatIOException()
        .isThrownBy(this::open)
        .withMessage("no PCI device 1234:1ac0 here: only a VM of a topology of Tombolo has it");
  }

  @Test
  void saysThatThereIsNoSysfs() {
    assertThatIOException()
        .isThrownBy(() -> UioDevice.open(VENDOR, DEVICE, directory.resolve("no"), nodes))
        .withMessageContaining("is sysfs mounted on /sys?");
  }

  @Test
  void saysThatThereIsNoNode() throws IOException {
    Files.delete(nodes.resolve("uio3"));
    assertThatIOException()
        .isThrownBy(this::open)
        .withMessage(
            "%s: No such file or directory; is devtmpfs mounted on /dev?", nodes.resolve("uio3"));
    Files.delete(function.resolve("uio/uio3"));
    assertThatIOException().isThrownBy(this::open).withMessageContaining("has no uio device");
  }

  @Test
  void whatCannotBeOpenedIsGivenBack() throws IOException {
    Files.delete(function.resolve("resource2"));
    assertThatIOException().isThrownBy(this::open).withMessageContaining("resource2");
    Files.write(function.resolve("resource2"), new byte[WINDOW]);
    open().close();
  }
}
