// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.NetworkLab.CSUM;
import static tombolo.machine.virtio.NetworkLab.GUEST_CSUM;
import static tombolo.machine.virtio.NetworkLab.HEADER;
import static tombolo.machine.virtio.NetworkLab.MRG_RXBUF;
import static tombolo.machine.virtio.NetworkLab.RECEIVE;
import static tombolo.machine.virtio.NetworkLab.TRANSMIT;
import static tombolo.machine.virtio.NetworkLab.address;
import static tombolo.machine.virtio.NetworkLab.frame;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.host.HostServices;
import tombolo.machine.net.NetworkDevice;
import tombolo.machine.net.StreamWire;

/** A guest whose network leads to a program of the host, which is the test. */
@Timeout(60)
final class StreamWireTest {
  private static final long STATUS = 1L << 16;
  private static final long TX_BUFFER = TestDriver.BUFFERS + 0x60000;

  @TempDir private Path directory;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private SocketChannel program;
  private StreamWire wire;
  private NetworkDevice device;
  private TestDriver driver;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress path = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(path);
      SocketChannel ours = SocketChannel.open(path);
      program = server.accept();
      wire = new StreamWire(ours, "test", ended::complete, HostServices.system());
    }
    device = new NetworkDevice("net0", wire, address(0), "vm", HostServices.system());
    driver = new TestDriver(device);
  }

  @AfterEach
  void close() throws IOException {
    driver.close();
    wire.close();
    program.close();
  }

  private void give(int index, int bytes) {
    driver.describe(
        RECEIVE, index, TestDriver.BUFFERS + 0x4000L * index, bytes, TestDriver.WRITE, 0);
    driver.offer(RECEIVE, index);
  }

  private void transmit(int head, byte[] header, byte[] frame) {
    driver.memory.write(TX_BUFFER, header, 0, header.length);
    driver.memory.write(TX_BUFFER + header.length, frame, 0, frame.length);
    driver.describe(TRANSMIT, head, TX_BUFFER, header.length + frame.length, 0, 0);
    driver.offer(TRANSMIT, head);
  }

  private byte[] read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      assertThat(program.read(bytes)).isPositive();
    }
    return bytes.array();
  }

  private void write(byte... frame) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).flip();
    while (bytes.hasRemaining()) {
      program.write(bytes);
    }
  }

  @Test
  void aFrameLeavesBehindItsLengthWithItsChecksum() throws Exception {
    driver.start(CSUM);
    byte[] sent = frame(address(1), address(0), new byte[60]);
    sent[34] = 0x12;
    sent[35] = 0x34;
    transmit(0, NetworkLab.header(34, 6, 0, 0), sent);
    byte[] got = read(4 + sent.length);

    assertThat(ByteBuffer.wrap(got).getInt()).isEqualTo(sent.length);
    sent[40] = (byte) 0xed; // ~0x1234
    sent[41] = (byte) 0xcb;
    assertThat(Arrays.copyOfRange(got, 4, got.length)).isEqualTo(sent);
    driver.awaitUsed(TRANSMIT, 1);
    assertThat(device.statistics().sent()).isEqualTo(1);
  }

  @Test
  void itOffersNoSegmentationButLargePackets() {
    long offered = 0;
    for (int half = 0; half < 2; half++) {
      driver.set(0, 4, half);
      offered |= driver.get(4, 4) << (32 * half);
    }
    assertThat(offered & NetworkLab.OFFLOADS).isEqualTo(CSUM | GUEST_CSUM);
    assertThat(offered & 1L << 3).as("MTU").isNotZero();
    assertThat(driver.function.read(0x2000 + 10, 2)).isEqualTo(65_520);
  }

  @Test
  void aFrameOfTheProgramReachesTheGuestWithTheWordThatItsChecksumIsRight() throws Exception {
    driver.start(MRG_RXBUF | GUEST_CSUM);
    give(0, 2048);
    byte[] sent = frame(address(0), address(1), (byte) 1, (byte) 2);
    write(sent);
    driver.awaitUsed(RECEIVE, 1);

    byte[] got = new byte[(int) driver.takeUsed(RECEIVE)[1]];
    driver.memory.read(TestDriver.BUFFERS, got, 0, got.length);
    assertThat(Arrays.copyOf(got, HEADER)).containsExactly(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    assertThat(Arrays.copyOfRange(got, HEADER, got.length)).isEqualTo(sent);
  }

  @Test
  void aGuestWhoseProgramReadsNothingWaitsAndNothingIsLost() throws Exception {
    driver.start(0);
    byte[] large = Arrays.copyOf(frame(address(1), address(0)), 60_000);
    byte[] header = new byte[HEADER];
    driver.memory.write(TX_BUFFER, header, 0, HEADER);
    driver.memory.write(TX_BUFFER + HEADER, large, 0, large.length);
    for (int head = 0; head < 16; head++) {
      driver.describe(TRANSMIT, head, TX_BUFFER, HEADER + large.length, 0, 0);
      driver.offer(TRANSMIT, head);
    }
    driver.await(() -> driver.usedCount(TRANSMIT) > 0);
    // More than a socket holds, so some wait. All of them come.
    for (int i = 0; i < 16; i++) {
      assertThat(ByteBuffer.wrap(read(4)).getInt()).isEqualTo(large.length);
      assertThat(read(large.length)).isEqualTo(large);
    }
    driver.awaitUsed(TRANSMIT, 16);
    assertThat(device.statistics().dropped()).isZero();
  }

  @Test
  void aProgramWhoseGuestHasNoBufferWaitsAndNothingIsLost() throws Exception {
    driver.start(0);
    int count = 3000;
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < count; i++) {
                  write(frame(address(0), address(1), new byte[1000 + i % 100]));
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    for (int i = 0; i < count; i++) {
      give(i % 16, 2048);
      driver.awaitUsed(RECEIVE, i + 1);
      assertThat(driver.takeUsed(RECEIVE)[1]).as("frame %d", i).isEqualTo(1026 + i % 100);
    }
    writing.get(10, TimeUnit.SECONDS);
    assertThat(device.statistics().dropped()).isZero();
    long end = System.nanoTime() + 20_000_000_000L;
    while (device.statistics().received() < count && System.nanoTime() < end) {
      Thread.onSpinWait(); // the last one is counted after the guest has it
    }
    assertThat(device.statistics().received()).isEqualTo(count);
  }

  @Test
  void theEndOfTheProgramUnplugsTheCable() throws Exception {
    driver.start(STATUS);
    assertThat(driver.function.read(0x2000 + 6, 2)).isEqualTo(1);
    program.close();

    assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo("the program has closed it");
    driver.await(() -> driver.function.read(0x2000 + 6, 2) == 0);
    transmit(0, new byte[HEADER], frame(address(1), address(0)));
    driver.awaitUsed(TRANSMIT, 1);
    assertThat(device.statistics().nowhere()).isEqualTo(1);
  }

  @Test
  void aLengthThatNoFrameHasEndsTheCable() throws Exception {
    driver.start(0);
    program.write(ByteBuffer.allocate(4).putInt(-1).flip());

    assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo("a frame of 4294967295 bytes");
    assertThat(program.read(ByteBuffer.allocate(1))).as("closed by us").isEqualTo(-1);
  }
}
