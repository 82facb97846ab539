// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.vsock.HostVsockConnection;
import tombolo.machine.vsock.HostVsockListener;
import tombolo.machine.vsock.VsockDevice;
import tombolo.machine.vsock.VsockSwitch;

/** While its VM is suspended, a device leaves guest memory alone, and does the rest afterwards. */
final class PausedDevicesTest {
  private final OrderedHost host = new OrderedHost();

  private static byte[] ram(TestDriver driver) {
    byte[] ram = new byte[(int) TestDriver.RAM_BYTES];
    driver.memory.read(TestDriver.RAM, ram, 0, ram.length);
    return ram;
  }

  @Test
  void whatIsTypedWaitsInTheConsole() {
    BufferConsole console = new BufferConsole(host.services());
    try (TestDriver driver = new TestDriver(new ConsoleDevice(console), host.services())) {
      driver.start(0);
      driver.describe(0, 0, BUFFERS, 64, WRITE, 0);
      driver.offer(0, 0);
      driver.bridge.pause();
      byte[] before = ram(driver);
      console.type("ls");
      host.run();
      assertThat(ram(driver)).isEqualTo(before);

      driver.bridge.resume();
      assertThat(driver.takeUsed(0)).containsExactly(0, 2);
      assertThat(driver.text(BUFFERS, 2)).isEqualTo("ls");
    }
  }

  @Test
  void aDiskServesNothing(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("disk"), new byte[4096]);
    VirtioDevice disk = new BlockDevice("disk0", "vm", DiskImage.open(file, false), Mishaps.NONE);
    try (TestDriver driver = new TestDriver(disk, host.services())) {
      driver.start(0);
      driver.describe(0, 0, BUFFERS, 16, NEXT, 1);
      driver.describe(0, 1, BUFFERS + 0x1000, 512, NEXT | WRITE, 2);
      driver.describe(0, 2, BUFFERS + 0x2000, 1, WRITE, 0);
      driver.offer(0, 0);
      driver.bridge.pause();
      byte[] before = ram(driver);
      host.run();
      assertThat(ram(driver)).isEqualTo(before);

      driver.bridge.resume();
      host.run();
      assertThat(driver.takeUsed(0)).containsExactly(0, 513);
    }
  }

  @Test
  void packetsWaitWithTheirSenders() throws Exception {
    try (VsockSwitch network = new VsockSwitch(host.services());
        TestDriver driver =
            new TestDriver(new VsockDevice(network, 3, "vm3", host.services()), host.services());
        HostVsockListener listener = network.host().listen(1024)) {
      driver.start(0);
      byte[] request = new byte[44];
      java.nio.ByteBuffer.wrap(request)
          .order(java.nio.ByteOrder.LITTLE_ENDIAN)
          .putLong(3)
          .putLong(2)
          .putInt(700)
          .putInt(1024)
          .putInt(0)
          .putShort((short) 1)
          .putShort((short) 1)
          .putInt(0)
          .putInt(65536);
      driver.memory.write(BUFFERS, request, 0, request.length);
      driver.describe(1, 0, BUFFERS, request.length, 0, 0);
      for (int i = 0; i < 4; i++) {
        driver.describe(0, i, BUFFERS + 0x1000L * (i + 1), 0x1000, WRITE, 0);
        driver.offer(0, i);
      }
      driver.offer(1, 0);
      HostVsockConnection connection = listener.accept();
      host.run();
      assertThat(driver.usedCount(0)).as("the answer").isEqualTo(1);

      driver.bridge.pause();
      byte[] before = ram(driver);
      assertThat(connection.write(java.nio.ByteBuffer.allocate(10))).isZero();
      connection.shutdownOutput();
      host.run();
      assertThat(ram(driver)).isEqualTo(before);

      driver.bridge.resume();
      host.run();
      assertThat(driver.usedCount(0)).as("what was shut down").isEqualTo(2);
    }
  }
}
