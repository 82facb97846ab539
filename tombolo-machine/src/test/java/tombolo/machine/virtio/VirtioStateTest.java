// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.EVENT_IDX;
import static tombolo.machine.virtio.TestDriver.INDIRECT_DESC;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.machine.console.Console;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.state.SavedState;

/**
 * The state of virtio devices at random moments of a driver that does anything at all: a device
 * that was restored goes on like the one whose state was saved.
 */
final class VirtioStateTest {
  private static final int DISK = 64 << 10;
  private static final int QUEUES = 2;

  @TempDir private static Path directory;
  private static final AtomicLong FILES = new AtomicLong();

  enum Kind {
    ENTROPY,
    CONSOLE,
    DISK
  }

  /** Room for few bytes, and keys when the test wants. */
  private static final class TightConsole implements Console {
    final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    final ArrayDeque<Integer> keys = new ArrayDeque<>();
    int room = 500;
    private Runnable onRoom = () -> {};
    private Runnable onInput = () -> {};

    @Override
    public void write(byte octet) {
      assertThat(room--).as("room for what is printed").isPositive();
      printed.write(octet);
    }

    @Override
    public int room() {
      return room;
    }

    @Override
    public void onRoom(Runnable listener) {
      onRoom = listener;
    }

    @Override
    public int read() {
      return keys.isEmpty() ? -1 : keys.remove();
    }

    @Override
    public void onInput(Runnable listener) {
      onInput = listener;
    }

    void makeRoom(int bytes) {
      room += bytes;
      onRoom.run();
    }

    void type(int key) {
      keys.add(key);
      onInput.run();
    }
  }

  /** A driver and a device of any kind, with all that they have outside of the VM. */
  private static final class World implements AutoCloseable {
    final OrderedHost host = new OrderedHost();
    final TightConsole console = new TightConsole();
    final AtomicLong chance = new AtomicLong();
    final Path file = directory.resolve("disk" + FILES.incrementAndGet());
    final TestDriver driver;

    World(Kind kind) {
      driver = new TestDriver(device(kind), host.services());
    }

    private VirtioDevice device(Kind kind) {
      try {
        Files.write(file, new byte[DISK]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return switch (kind) {
        case ENTROPY -> new EntropyDevice(() -> chance.addAndGet(0x0123_4567_89ab_cdefL));
        case CONSOLE -> new ConsoleDevice(console);
        case DISK -> new BlockDevice("disk0", "vm", DiskImage.open(file, false), Mishaps.NONE);
      };
    }

    void step(Random random) {
      switch (random.nextInt(16)) {
        case 0, 1 -> host.run();
        case 2 -> console.makeRoom(random.nextInt(2000));
        case 3 -> console.type(random.nextInt(256));
        case 4 -> start(random);
        case 5, 6 -> {
          int queue = random.nextInt(QUEUES);
          driver.describe(queue, 0, BUFFERS, 1 + random.nextInt(9000), queue == 0 ? WRITE : 0, 0);
          offer(queue, 0);
        }
        case 7 -> {
          driver.memory.writeInt(BUFFERS, random.nextInt(2));
          driver.memory.writeLong(BUFFERS + 8, random.nextInt(DISK / 512));
          int flags = random.nextBoolean() ? WRITE : 0;
          driver.describe(0, 1, BUFFERS, 16, NEXT, 2);
          driver.describe(0, 2, BUFFERS + 0x1000, 512, NEXT | flags, 3);
          driver.describe(0, 3, BUFFERS + 0x2000, 1, WRITE, 0);
          offer(0, 1);
        }
        default -> HostileDriverTest.step(driver, random);
      }
    }

    private void offer(int queue, int head) {
      if (queue < driver.get(0x12, 2)) {
        driver.offer(queue, head);
      }
    }

    void start(Random random) {
      driver.bridge.reset();
      long ring =
          (random.nextBoolean() ? EVENT_IDX : 0) | (random.nextBoolean() ? INDIRECT_DESC : 0);
      driver.start(ring);
    }

    /** Takes over what the other one has outside of its VM's state. */
    void copyOf(World other) {
      driver.copyOf(other.driver);
      chance.set(other.chance.get());
      console.keys.addAll(other.console.keys);
      console.room = other.console.room;
      console.printed.writeBytes(other.console.printed.toByteArray());
      try {
        Files.write(file, Files.readAllBytes(other.file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** All that the guest and the world see, a line each. */
    List<String> seen() {
      List<String> seen = new ArrayList<>();
      seen.add("interrupted: " + driver.interrupted);
      for (int at = 0; at < 0x100; at += 4) {
        seen.add("configuration %x: %x".formatted(at, driver.bridge.read((2 << 15) + at, 4)));
      }
      for (int queue = 0; queue < QUEUES; queue++) {
        driver.set(0x16, 2, queue);
        for (int at = 0; at < 0x38; at += 4) {
          seen.add("queue %d, register %x: %x".formatted(queue, at, driver.get(at, 4)));
        }
      }
      seen.add("isr: " + driver.isr());
      seen.add("printed: " + console.printed.toString(StandardCharsets.ISO_8859_1));
      return seen;
    }

    @Override
    public void close() {
      driver.close();
    }
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> kindsAndSeeds() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(1L, 2L, 3L)
                    .map(seed -> org.junit.jupiter.params.provider.Arguments.of(kind, seed)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndSeeds")
  void aRestoredDeviceGoesOnLikeTheOther(Kind kind, long seed) throws IOException {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      try (World world = new World(kind);
          World restored = new World(kind)) {
        world.start(random);
        for (int i = random.nextInt(100); i > 0; i--) {
          world.step(random);
        }
        world.driver.bridge.pause();
        byte[] state = SavedState.of(world.driver.bridge);
        restored.start(random); // anything that was there before is gone
        restored.driver.bridge.pause();
        restored.copyOf(world);
        SavedState.restore(state, restored.driver.bridge);
        assertThat(SavedState.of(restored.driver.bridge)).isEqualTo(state);

        world.driver.bridge.resume();
        restored.driver.bridge.resume();
        long next = random.nextLong();
        Random first = new Random(next);
        Random second = new Random(next);
        for (int i = 0; i < 100; i++) {
          world.step(first);
          restored.step(second);
          if (i % 10 == 0) {
            world.host.run();
            restored.host.run();
            assertSame(restored, world);
          }
        }
      }
    }
  }

  private static void assertSame(World restored, World world) throws IOException {
    assertThat(restored.seen()).containsExactlyElementsOf(world.seen());
    assertThat(restored.driver.ram.segment().mismatch(world.driver.ram.segment()))
        .as("where guest memory differs")
        .isEqualTo(-1);
    assertThat(Files.mismatch(restored.file, world.file)).as("where disks differ").isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void otherBytesAreRefusedOrHarmless(Kind kind) {
    Random random = new Random(11);
    try (World world = new World(kind)) {
      world.start(random);
      while (SavedState.of(world.driver.bridge).length < longState(kind)) {
        world.step(random);
      }
      world.driver.bridge.pause();
      byte[] state = SavedState.of(world.driver.bridge);
      List<World> made = new ArrayList<>();
      SavedState.assertOnlyWholeStateIsTaken(
          state,
          () -> {
            made.forEach(VirtioStateTest::use);
            made.clear();
            World fresh = new World(kind);
            fresh.driver.copyOf(world.driver);
            made.add(fresh);
            return fresh.driver.bridge;
          },
          5);
      made.forEach(VirtioStateTest::use);
    }
  }

  /** Where the device has taken a chain that it has not completed, if it ever does. */
  private static int longState(Kind kind) {
    try (World idle = new World(kind)) {
      return SavedState.of(idle.driver.bridge).length + (kind == Kind.CONSOLE ? 24 : 0);
    }
  }

  /** Whatever was restored, the device does nothing wrong to the host. */
  private static void use(World world) {
    world.driver.bridge.resume();
    for (int queue = 0; queue < world.driver.function.bars().size(); queue++) {
      world.driver.notifyQueue(queue);
    }
    world.console.type('x');
    world.console.makeRoom(100_000);
    world.host.run();
    world.close();
  }
}
