// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.NetworkLab.address;
import static tombolo.machine.virtio.NetworkLab.frame;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.Mishaps.Kind;
import tombolo.machine.host.SteppedHost;

/** Devices to which something happens on purpose. */
@Timeout(60)
class DeviceMishapsTest {
  private static final long LATE = 5_000_000;

  @TempDir private Path directory;

  /** What happens at the next occasion of a kind, once. */
  private final Map<Kind, Long> next = new EnumMap<>(Kind.class);

  private final SteppedHost host = new SteppedHost(1, this::strikes);

  private long strikes(Kind kind, String vm) {
    Long strike = next.remove(kind);
    return strike == null ? 0 : strike;
  }

  private void run() {
    while (host.step()) {
      // until nobody has work
    }
  }

  private int request(TestDriver driver) {
    driver.describe(0, 0, BUFFERS, 16, NEXT, 1);
    driver.describe(0, 1, BUFFERS + 0x1000, 512, NEXT | WRITE, 2);
    driver.describe(0, 2, BUFFERS + 0x2000, 1, WRITE, 0);
    driver.memory.writeByte(BUFFERS + 0x2000, (byte) 0x7f);
    driver.offer(0, 0);
    run();
    return driver.memory.readByte(BUFFERS + 0x2000);
  }

  private TestDriver disk() throws IOException {
    Path file = Files.write(directory.resolve("disk"), new byte[4096]);
    Mishaps mishaps = host.services().mishaps();
    TestDriver driver =
        new TestDriver(
            new BlockDevice("disk0", "vm", DiskImage.open(file, false), mishaps), host.services());
    driver.start(0);
    return driver;
  }

  @Test
  void aDiskFailsOnce() throws IOException {
    try (TestDriver driver = disk()) {
      next.put(Kind.DISK_ERROR, 1L);
      assertThat(request(driver)).as("status: I/O error").isEqualTo(1);
      assertThat(request(driver)).isZero();
    }
  }

  @Test
  void aDiskIsLateOnce() throws IOException {
    try (TestDriver driver = disk()) {
      long start = host.services().clock().nanos();
      next.put(Kind.SLOW_DISK, LATE);
      assertThat(request(driver)).isZero();
      long middle = host.services().clock().nanos();
      assertThat(middle - start).isGreaterThanOrEqualTo(LATE);
      assertThat(request(driver)).isZero();
      assertThat(host.services().clock().nanos() - middle).isLessThan(LATE);
    }
  }

  private NetworkLab lab() {
    NetworkLab lab = new NetworkLab(host.services(), 2);
    lab.startAll(0);
    for (int index = 0; index < 4; index++) {
      lab.give(1, index, 2048);
    }
    run();
    return lab;
  }

  private void send(NetworkLab lab, int number) {
    lab.send(0, number, 1, (byte) number);
    run();
  }

  private static byte[] sent(int number) {
    return frame(address(1), address(0), (byte) number);
  }

  @Test
  void aPacketIsLost() {
    NetworkLab lab = lab();
    next.put(Kind.LOST_PACKET, 1L);
    send(lab, 1);
    send(lab, 2);

    assertThat(lab.received(1)).isEqualTo(1);
    assertThat(lab.takeFrame(1)).isEqualTo(sent(2));
    assertThat(lab.statistics(1).dropped()).isEqualTo(1);
    lab.close();
  }

  @Test
  void aPacketIsOvertakenByTheNextOne() {
    NetworkLab lab = lab();
    next.put(Kind.SWAPPED_PACKET, 1L);
    send(lab, 1);
    send(lab, 2);
    send(lab, 3);

    assertThat(lab.takeFrame(1)).isEqualTo(sent(2));
    assertThat(lab.takeFrame(1)).isEqualTo(sent(1));
    assertThat(lab.takeFrame(1)).isEqualTo(sent(3));
    lab.close();
  }
}
