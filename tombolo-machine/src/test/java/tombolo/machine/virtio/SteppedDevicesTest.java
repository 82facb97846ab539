// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * Devices on one thread in virtual time: they get to their ends, in an order that the seed gives.
 */
@Timeout(60)
final class SteppedDevicesTest {
  private static final int DISKS = 3;
  private static final int REQUESTS = 5;

  @TempDir private static Path directory;

  /** Has three disks serve five requests each; the order in which they do. */
  private static List<Integer> disks(long seed) throws IOException {
    SteppedHost host = new SteppedHost(seed);
    List<TestDriver> drivers = new ArrayList<>();
    for (int i = 0; i < DISKS; i++) {
      Path file = Files.write(directory.resolve("disk" + i), new byte[4096]);
      drivers.add(
          new TestDriver(
              new BlockDevice("disk" + i, "vm", DiskImage.open(file, false), Mishaps.NONE),
              host.services()));
      request(drivers.get(i));
    }
    List<Integer> order = new ArrayList<>();
    int[] served = new int[DISKS];
    while (host.step()) {
      for (int i = 0; i < DISKS; i++) {
        for (int now = drivers.get(i).usedCount(0); served[i] < now; served[i]++) {
          order.add(i);
        }
      }
    }
    drivers.forEach(TestDriver::close);
    return order;
  }

  private static void request(TestDriver driver) {
    driver.start(0);
    for (int i = 0; i < REQUESTS; i++) {
      driver.describe(0, 3 * i, BUFFERS, 16, NEXT, 3 * i + 1);
      driver.describe(0, 3 * i + 1, BUFFERS + 0x1000, 512, NEXT | WRITE, 3 * i + 2);
      driver.describe(0, 3 * i + 2, BUFFERS + 0x2000, 1, WRITE, 0);
      driver.offer(0, 3 * i);
    }
  }

  @Test
  void disksCompleteInTheOrderThatTheSeedGives() throws IOException {
    List<Integer> order = disks(1);
    assertThat(order).hasSize(DISKS * REQUESTS).containsAll(List.of(0, 1, 2));
    assertThat(disks(1)).isEqualTo(order);
    List<List<Integer>> others = new ArrayList<>();
    for (long seed = 2; seed < 6; seed++) {
      others.add(disks(seed));
    }
    assertThat(others).anyMatch(other -> !other.equals(order));
  }

  @Test
  void aConsoleWritesAllThatAGuestPrintsWhileSomebodyWaits() throws InterruptedException {
    SteppedHost host = new SteppedHost(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamConsole console = new StreamConsole("vm", out, host.services());
        TestDriver driver = new TestDriver(new ConsoleDevice(console), host.services())) {
      driver.start(0);
      byte[] text = new byte[200_000];
      java.util.Arrays.fill(text, (byte) 'x');
      driver.memory.write(BUFFERS, text, 0, text.length);
      driver.describe(1, 0, BUFFERS, text.length, 0, 0);
      driver.offer(1, 0);
      assertThat(driver.usedCount(1)).as("no vCPU waits until all is printed").isZero();
      while (driver.usedCount(1) == 0) {
        assertThat(host.step()).isTrue();
      }
      console.flush();
      assertThat(out.size()).isEqualTo(text.length);
    }
  }

  @Test
  void aVcpuThatFindsNoRoomWritesInThePlaceOfTheWorker() {
    SteppedHost host = new SteppedHost(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StreamConsole console = new StreamConsole("vm", out, host.services());
    Task vcpu =
        host.services()
            .scheduler()
            .start(
                "vcpu",
                () -> {
                  for (int i = 0; i < 300_000; i++) {
                    console.write((byte) i); // in a step, which must not wait
                  }
                  return Worker.DONE;
                });
    vcpu.awaitEnd();
    console.close();
    assertThat(out.size()).isEqualTo(300_000);
    assertThat(console.dropped()).isZero();
  }

  @Test
  void aConsoleTypesWhatAStreamHas() {
    SteppedHost host = new SteppedHost(1);
    StreamConsole console = new StreamConsole("vm", new ByteArrayOutputStream(), host.services());
    byte[] typed =
        IntStream.range(0, 10_000)
            .mapToObj(i -> i + " ")
            .toList()
            .toString()
            .getBytes(StandardCharsets.US_ASCII);
    console.readFrom(new ByteArrayInputStream(typed));
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    while (received.size() < typed.length) {
      assertThat(host.step()).isTrue();
      for (int octet = console.read(); octet >= 0; octet = console.read()) {
        received.write(octet);
      }
    }
    assertThat(received.toByteArray()).isEqualTo(typed);
    console.close();
  }

  @Test
  void aTextThatNeverComesIsAwaitedInVirtualTime() throws InterruptedException {
    SteppedHost host = new SteppedHost(1);
    BufferConsole console = new BufferConsole(host.services());
    long before = host.services().clock().nanos();
    assertThat(console.await("never", Duration.ofDays(1))).isFalse();
    assertThat(host.services().clock().nanos() - before).isEqualTo(Duration.ofDays(1).toNanos());
  }

  /** Has guests and host send to each other; what came, in its order. */
  private static List<String> sockets(long seed) throws Exception {
    SteppedHost host = new SteppedHost(seed);
    List<String> order = new ArrayList<>();
    try (VsockPair pair = new VsockPair(host.services())) {
      pair.start();
      pair.send(pair.alice, 0, VsockPair.REQUEST, 0);
      pair.give(pair.bob, 0);
      run(host, pair, order);
      pair.send(pair.bob, 0, VsockPair.RESPONSE, 0);
      pair.give(pair.alice, 0);
      run(host, pair, order);
      for (int i = 1; i < 8; i++) {
        pair.give(pair.alice, i);
        pair.give(pair.bob, i);
      }
      pair.send(pair.alice, 1, VsockPair.RW, 12_000);
      pair.send(pair.bob, 1, VsockPair.RW, 12_000);
      pair.send(pair.alice, 2, VsockPair.RW, 12_000);
      pair.send(pair.bob, 2, VsockPair.RW, 12_000);
      run(host, pair, order);
      for (int i = 8; i < 12; i++) {
        pair.give(pair.alice, i);
        pair.give(pair.bob, i);
      }
      run(host, pair, order);
      assertThat(pair.network.connections()).isEqualTo(1);
    }
    return order;
  }

  private static void run(SteppedHost host, VsockPair pair, List<String> order) {
    int alice = pair.alice.usedCount(0);
    int bob = pair.bob.usedCount(0);
    while (host.step()) {
      for (; alice < pair.alice.usedCount(0); alice++) {
        order.add("alice " + pair.take(pair.alice).length);
      }
      for (; bob < pair.bob.usedCount(0); bob++) {
        order.add("bob " + pair.take(pair.bob).length);
      }
    }
  }

  @Test
  void socketsDeliverInTheOrderThatTheSeedGives() throws Exception {
    List<String> order = sockets(1);
    assertThat(order.stream().filter(line -> line.startsWith("bob"))).hasSize(1 + 6);
    assertThat(order.stream().filter(line -> line.startsWith("alice"))).hasSize(1 + 6);
    assertThat(sockets(1)).isEqualTo(order);
    List<List<String>> others = new ArrayList<>();
    for (long seed = 2; seed < 8; seed++) {
      others.add(sockets(seed));
    }
    assertThat(others).anyMatch(other -> !other.equals(order));
  }

  @Test
  void theHostWaitsForAGuestBySteppingIt() throws Exception {
    SteppedHost host = new SteppedHost(3);
    try (VsockPair pair = new VsockPair(host.services())) {
      pair.start();
      try {
        pair.network.host().connect(3, 5000, Duration.ofSeconds(1)).close();
        throw new AssertionError("nobody answers");
      } catch (java.net.SocketTimeoutException e) {
        assertThat(e).hasMessage("alice did not answer in PT1S");
      }
      assertThat(host.services().clock().nanos()).isGreaterThanOrEqualTo(1_000_000_000L);
    }
  }
}
