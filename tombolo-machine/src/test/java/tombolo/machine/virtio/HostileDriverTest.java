// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.EVENT_IDX;
import static tombolo.machine.virtio.TestDriver.INDIRECT_DESC;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.RAM;
import static tombolo.machine.virtio.TestDriver.RAM_BYTES;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.machine.console.Console;
import tombolo.machine.console.ConsoleSize;
import tombolo.machine.folder.FolderDevice;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.RandomSource;
import tombolo.machine.net.NetworkDevice;
import tombolo.machine.net.NetworkSwitch;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

/**
 * A driver that does anything at all with registers, rings and memory, against each real device. It
 * never gets an exception, never reaches memory that is not its VM's nor bytes of the file that are
 * not the disk's; and after a reset the device works.
 *
 * <p>Seeded: {@code -Dtombolo.seed=N} for other sequences, {@code -Dtombolo.seconds=N} for longer.
 */
final class HostileDriverTest {
  private static final int DISK = 64 << 10;
  private static final int BEHIND = 4096;
  private static final int STEPS_A_LIFE = 300;
  private static final long NANOS = Long.getLong("tombolo.seconds", 2) * 1_000_000_000;
  private static final long SEED = Long.getLong("tombolo.seed", 5);

  @TempDir private static Path directory;

  /**
   * @param features of the type, that drivers accept
   * @param workQueue what a driver gives work to
   */
  record Subject(String name, Supplier<VirtioDevice> device, long features, int workQueue) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Subject> subjects() {
    return Stream.of(
        new Subject("entropy", () -> new EntropyDevice(RandomSource.seeded(1)), 0, 0),
        new Subject("console", () -> new ConsoleDevice(new Chatter()), 0, 1),
        new Subject("console at a terminal", () -> new ConsoleDevice(new Resized()), 1, 1),
        new Subject("disk", HostileDriverTest::disk, 1L << BlockDevice.FLUSH, 0),
        new Subject("folder", HostileDriverTest::folder, 1, 0),
        new Subject("network", HostileDriverTest::network, NetworkLab.MRG_RXBUF, 1),
        new Subject("network with offloads", HostileDriverTest::network, NetworkLab.OFFLOADS, 1),
        new Subject("held", HeldDevice::new, 0, 0));
  }

  /** A device at a switch, with nobody else there. */
  private static VirtioDevice network() {
    return new NetworkDevice(
        "net0", new NetworkSwitch(), NetworkLab.address(0), "vm", HostServices.system());
  }

  /** Somebody types all the time. */
  private static class Chatter implements Console {
    private final AtomicInteger keys = new AtomicInteger();

    @Override
    public void write(byte octet) {}

    @Override
    public int read() {
      int key = keys.incrementAndGet();
      return key % 5 == 0 ? -1 : key & 0xff;
    }

    @Override
    public void onInput(Runnable listener) {}
  }

  /** Somebody who types all the time at a terminal, whose size changes with all that is printed. */
  private static final class Resized extends Chatter {
    private final AtomicInteger octets = new AtomicInteger();
    private Runnable listener = () -> {};

    @Override
    public void write(byte octet) {
      octets.incrementAndGet();
      listener.run();
    }

    @Override
    public Optional<ConsoleSize> size() {
      return Optional.of(new ConsoleSize(octets.get() & 0xffff, 24));
    }

    @Override
    public void onResize(Runnable resized) {
      listener = resized;
    }
  }

  private static VirtioDevice disk() {
    return new BlockDevice(
        "disk0", "vm", DiskImage.open(directory.resolve("disk.img"), false), Mishaps.NONE);
  }

  private static VirtioDevice folder() {
    try {
      return new FolderDevice("folder0", "host", directory, true, Clock.system());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void nothingThatADriverDoesGetsOutOfItsVm(Subject subject) throws Exception {
    Files.write(directory.resolve("disk.img"), new byte[DISK]);
    Random random = new Random(SEED);
    try (TestDriver driver = new TestDriver(subject.device().get());
        HostMemory rom = HostMemory.allocate(4096)) {
      lengthenTheDisksFile();
      driver.memory.map(RAM + RAM_BYTES, 4096, rom, 0, Access.READ);
      driver.start(subject.features());
      long lives = 0;
      for (long end = System.nanoTime() + NANOS; System.nanoTime() < end; lives++) {
        live(driver, subject, random);
        assertWorks(driver, subject);
      }
      long guard = TestDriver.GUARD;
      assertZero(driver.ram.segment().asSlice(0, guard));
      assertZero(driver.ram.segment().asSlice(guard + RAM_BYTES, guard));
      assertZero(rom.segment());
      // A worker that is slow to wake sees few rings before the next reset, so the share varies.
      assertThat(driver.function.breaches()).as("in %d lives", lives).isGreaterThan(lives / 100);
      driver.memory.unmap(RAM + RAM_BYTES, 4096);
    }
    assertNothingBehindTheDisk();
  }

  private static void assertZero(MemorySegment bytes) {
    assertThat(bytes.mismatch(MemorySegment.ofArray(new byte[(int) bytes.byteSize()])))
        .isEqualTo(-1);
  }

  /** The file grows after it was opened: what is behind the disk's capacity is not the guest's. */
  private static void lengthenTheDisksFile() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("disk.img").toFile(), "rw")) {
      file.setLength(DISK + BEHIND);
    }
  }

  private static void assertNothingBehindTheDisk() throws Exception {
    byte[] content = Files.readAllBytes(directory.resolve("disk.img"));
    assertThat(content).hasSize(DISK + BEHIND);
    for (int at = DISK; at < content.length; at++) {
      assertThat(content[at]).isZero();
    }
  }

  private static void live(TestDriver driver, Subject subject, Random random) {
    if (random.nextInt(8) != 0) {
      long ring =
          (random.nextBoolean() ? EVENT_IDX : 0) | (random.nextBoolean() ? INDIRECT_DESC : 0);
      driver.start(subject.features() | ring);
    }
    for (int i = 0; i < STEPS_A_LIFE; i++) {
      step(driver, random);
    }
  }

  /** Does anything at all. */
  static void step(TestDriver driver, Random random) {
    int queue = random.nextInt(2);
    switch (random.nextInt(24)) {
      case 0 -> driver.set(random.nextInt(0x40), size(random), value(random));
      case 1 -> driver.get(random.nextInt(0x40), size(random));
      case 2 -> driver.function.write(random.nextInt(0x4000 - 8), size(random), value(random));
      case 3 -> driver.function.read(random.nextInt(0x4000 - 8), size(random));
      case 4 -> driver.set(0x14, 1, random.nextInt(256));
      case 5 -> {
        int at = (2 << 15) + random.nextInt(0x100 - 8);
        driver.bridge.write(at, size(random), value(random));
        driver.bridge.write((2 << 15) + 4, 2, 6); // else every later BAR is gone
      }
      case 6 -> driver.bridge.read((2 << 15) + random.nextInt(0x1000 - 8), size(random));
      case 7 -> {
        // Any bytes of a ring.
        long at = TestDriver.area(queue) + random.nextInt(0x3000);
        driver.memory.writeByte(at, (byte) random.nextInt());
      }
      case 8 -> driver.memory.writeShort(index(queue), (short) random.nextInt());
      case 9 -> driver.memory.writeShort(index(queue), (short) random.nextInt(20));
      case 10, 11, 12, 13, 14 ->
          driver.describe(
              queue,
              random.nextInt(16),
              address(random),
              length(random),
              random.nextInt(random.nextInt(4) == 0 ? 16 : 4),
              random.nextInt(random.nextInt(8) == 0 ? 0x10000 : 16));
      case 15, 16 -> wellFormed(driver, random, queue);
      case 17 -> {
        // An indirect table in the middle of the buffers.
        long table = BUFFERS + 16L * random.nextInt(256);
        for (int i = 0; i < 4; i++) {
          driver.describeAt(
              table + 16L * i, address(random), length(random), random.nextInt(8), i + 1);
        }
        driver.describe(queue, random.nextInt(16), table, 16L * random.nextInt(6), 4, 0);
      }
      case 18 -> {
        byte[] header = new byte[16];
        random.nextBytes(header);
        header[0] = (byte) random.nextInt(10);
        header[1] = 0;
        header[2] = 0;
        header[3] = 0;
        driver.memory.write(BUFFERS + 512L * random.nextInt(64), header, 0, 16);
      }
      default -> {
        if (queue < driver.get(0x12, 2)) {
          driver.offer(queue, random.nextInt(random.nextInt(32) == 0 ? 0x10000 : 16));
        }
      }
    }
  }

  /** A chain of three that a block device could take for a request. */
  private static void wellFormed(TestDriver driver, Random random, int queue) {
    long header = BUFFERS + 512L * random.nextInt(64);
    driver.memory.writeInt(header, random.nextInt(2));
    driver.memory.writeLong(header + 8, random.nextInt(DISK / 512 + 16) - 4);
    int flags = random.nextBoolean() ? WRITE : 0;
    driver.describe(queue, 0, header, 16, NEXT, 1);
    driver.describe(queue, 1, BUFFERS + 0x10000, 512L * (1 + random.nextInt(64)), NEXT | flags, 2);
    driver.describe(queue, 2, BUFFERS + 0x8000, 1, WRITE, 0);
  }

  private static long index(int queue) {
    return TestDriver.availableRing(queue) + 2;
  }

  private static int size(Random random) {
    return 1 << random.nextInt(4);
  }

  private static long value(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(4);
      case 1 -> RAM + random.nextInt((int) RAM_BYTES);
      case 2 -> -1L >>> random.nextInt(64);
      default -> random.nextLong();
    };
  }

  private static long address(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> value(random);
      case 1 -> RAM + RAM_BYTES - random.nextInt(8192);
      case 2 -> RAM + RAM_BYTES + random.nextInt(8192);
      default -> BUFFERS + random.nextInt(0x4_0000);
    };
  }

  private static long length(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt() & 0xffff_ffffL;
      case 1 -> 0;
      case 2 -> 0x4_0000;
      default -> 1 + random.nextInt(2048);
    };
  }

  /** After all that, and a reset, it does what it is for. */
  private static void assertWorks(TestDriver driver, Subject subject) throws InterruptedException {
    driver.bridge.reset(); // of BARs and capabilities the driver may have made anything
    driver.start(subject.features());
    int queue = subject.workQueue();
    driver.memory.writeInt(BUFFERS, 0); // for a disk: read sector 0
    driver.memory.writeLong(BUFFERS + 8, 0);
    driver.describe(queue, 0, BUFFERS, 16, NEXT, 1);
    driver.describe(queue, 1, BUFFERS + 0x1000, 512, NEXT | WRITE, 2);
    driver.describe(queue, 2, BUFFERS + 0x2000, 1, WRITE, 0);
    int head = subject.name().startsWith("console") ? 3 : 0;
    driver.describe(queue, 3, BUFFERS, 16, 0, 0);
    driver.offer(queue, head);
    if (!subject.name().equals("held")) {
      driver.awaitUsed(queue, 1);
    }
    assertThat(driver.status()).isEqualTo(0xf);
  }
}
