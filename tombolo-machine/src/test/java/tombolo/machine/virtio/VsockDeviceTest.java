// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.HostServices;
import tombolo.machine.vsock.HostVsockConnection;
import tombolo.machine.vsock.HostVsockListener;
import tombolo.machine.vsock.VsockDevice;
import tombolo.machine.vsock.VsockSwitch;

/** The socket device as its driver sees it: configuration and rings (virtio 1.2, 5.10). */
@Timeout(60)
class VsockDeviceTest {
  private static final int RX = 0;
  private static final int TX = 1;
  private static final int EVENT = 2;
  private static final int HEADER = 44;
  private static final int RX_BYTES = 256;
  private static final long RX_BUFFERS = TestDriver.BUFFERS;
  private static final long TX_BUFFER = TestDriver.BUFFERS + 0x10000;

  private static final int REQUEST = 1;
  private static final int RESPONSE = 2;
  private static final int RST = 3;
  private static final int SHUTDOWN = 4;
  private static final int RW = 5;

  private final VsockSwitch network = new VsockSwitch(HostServices.system());
  private TestDriver driver;
  private HostVsockListener listener;
  private int received;

  @BeforeEach
  void start() {
    driver = new TestDriver(device(3));
    listener = network.host().listen(1024);
    boot();
  }

  private VsockDevice device(long cid) {
    return new VsockDevice(network, cid, "vm" + cid, HostServices.system());
  }

  private void boot() {
    driver.start(TestDriver.EVENT_IDX);
    received = 0;
    for (int i = 0; i < 8; i++) {
      driver.describe(RX, i, RX_BUFFERS + (long) i * RX_BYTES, RX_BYTES, TestDriver.WRITE, 0);
      driver.offerQuietly(RX, i);
    }
    driver.notifyQueue(RX);
  }

  @AfterEach
  void close() {
    driver.close();
    network.close();
    assertThat(network.connections()).isZero();
  }

  private static byte[] bytes(ByteBuffer of) {
    byte[] all = new byte[of.capacity()];
    of.get(0, all);
    return all;
  }

  private static ByteBuffer packet(int op, int flags, byte... payload) {
    return ByteBuffer.allocate(HEADER + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(3)
        .putLong(2)
        .putInt(700)
        .putInt(1024)
        .putInt(payload.length)
        .putShort((short) 1)
        .putShort((short) op)
        .putInt(flags)
        .putInt(65536)
        .putInt(0)
        .put(payload);
  }

  /** Sends a packet with header and payload in a descriptor each, as Linux does. */
  private void send(int op, int flags, byte... payload) {
    byte[] bytes = bytes(packet(op, flags, payload));
    driver.memory.write(TX_BUFFER, bytes, 0, bytes.length);
    if (payload.length == 0) {
      driver.describe(TX, 0, TX_BUFFER, HEADER, 0, 0);
    } else {
      driver.describe(TX, 0, TX_BUFFER, HEADER, TestDriver.NEXT, 1);
      driver.describe(TX, 1, TX_BUFFER + HEADER, payload.length, 0, 0);
    }
    int before = driver.usedCount(TX);
    driver.offer(TX, 0);
    await(TX, before + 1);
  }

  private void await(int queue, int count) {
    long end = System.nanoTime() + 20_000_000_000L;
    while ((short) (driver.usedCount(queue) - count) < 0) {
      assertThat(System.nanoTime()).as("used chains of queue " + queue).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Receives the next packet and gives its buffer back. */
  private ByteBuffer receive(int op) {
    await(RX, ++received);
    long[] used = driver.takeUsed(RX);
    byte[] bytes = new byte[(int) used[1]];
    driver.memory.read(RX_BUFFERS + used[0] * RX_BYTES, bytes, 0, bytes.length);
    driver.offer(RX, (int) used[0]);
    ByteBuffer packet = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(packet.getShort(30)).as("op").isEqualTo((short) op);
    assertThat(packet.getInt(24)).as("length").isEqualTo(bytes.length - HEADER);
    return packet;
  }

  @Test
  void itSaysItsCidInItsConfiguration() {
    assertThat(driver.function.identity().device()).isEqualTo(0x1040 + 19);
    assertThat(driver.function.read(0x2000, 8)).isEqualTo(3);
    driver.function.write(0x2000, 8, 4);
    assertThat(driver.function.read(0x2000, 8)).isEqualTo(3);
  }

  @Test
  void twoDevicesCannotHaveOneCid() {
    assertThatThrownBy(() -> device(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vm3: CID 3 is that of vm3");
    driver.close();
    device(3).close();
    driver = new TestDriver(device(3));
  }

  @Test
  void aConnectionToTheHostGoesThroughTheRings() throws Exception {
    send(REQUEST, 0);
    try (HostVsockConnection host = listener.accept()) {
      receive(RESPONSE);
      send(RW, 0, "hello".getBytes(StandardCharsets.UTF_8));
      assertThat(host.inputStream().readNBytes(5)).asString().isEqualTo("hello");
      // More than fits into one buffer.
      host.outputStream().write(new byte[RX_BYTES]);
      assertThat(receive(RW).remaining()).isEqualTo(RX_BYTES);
      assertThat(receive(RW).remaining()).isEqualTo(2 * HEADER);
    }
    receive(SHUTDOWN);
  }

  @Test
  void theHostWaitsForBuffers() throws Exception {
    send(REQUEST, 0);
    try (HostVsockConnection host = listener.accept()) {
      receive(RESPONSE);
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      host.outputStream().write(new byte[20_000]);
                    } catch (java.io.IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      for (int got = 0; got < 20_000; ) {
        got += receive(RW).remaining() - HEADER;
      }
      writer.join();
    }
  }

  @Test
  void whatAnInterruptedThreadSaysArrivesToo() throws Exception {
    send(REQUEST, 0);
    HostVsockConnection host = listener.accept();
    receive(RESPONSE);
    Thread.currentThread().interrupt();
    host.write(ByteBuffer.wrap(new byte[1]));
    host.close();

    assertThat(Thread.interrupted()).isTrue();
    await(RX, received + 2); // before the driver has given more buffers
    receive(RW);
    receive(SHUTDOWN);
  }

  @Test
  void aResetOfTheDriverEndsItsConnections() throws Exception {
    send(REQUEST, 0);
    HostVsockConnection host = listener.accept();
    driver.set(0x14, 1, 0);

    assertThatThrownBy(() -> host.inputStream().read()).hasMessage("reset by vm3");
    assertThat(network.connections()).isZero();
    boot();
    send(REQUEST, 0);
    receive(RESPONSE);
    assertThat(driver.usedCount(EVENT)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 43, 44})
  void anRxBufferWithoutRoomForAPayloadBreaksTheDevice(int size) throws Exception {
    driver.start(0);
    driver.describe(RX, 0, RX_BUFFERS, size, TestDriver.WRITE, 0);
    driver.offer(RX, 0);

    assertThat(driver.status() & TestDriver.NEEDS_RESET).isEqualTo(TestDriver.NEEDS_RESET);
    boot();
    send(REQUEST, 0);
    receive(RESPONSE);
  }

  @Test
  void aBrokenDeviceLosesItsConnections() throws Exception {
    send(REQUEST, 0);
    HostVsockConnection host = listener.accept();
    receive(RESPONSE);
    driver.describe(TX, 0, 0, HEADER, 0, 0); // where no memory is
    driver.offer(TX, 0);

    assertThatThrownBy(() -> host.inputStream().read()).hasMessage("reset by vm3");
    assertThat(driver.status() & TestDriver.NEEDS_RESET).isEqualTo(TestDriver.NEEDS_RESET);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 43})
  void lessThanAHeaderIsDropped(int size) {
    long before = network.forged();
    driver.describe(TX, 0, TX_BUFFER, size == 0 ? RX_BYTES : size, size == 0 ? 2 : 0, 0);
    driver.offer(TX, 0);
    await(TX, 1);

    assertThat(network.forged()).isEqualTo(before + 1);
    send(REQUEST, 0);
    receive(RESPONSE);
  }

  @Test
  void aLengthThatIsNotThereIsAnsweredWithAnRst() {
    ByteBuffer packet = packet(RW, 0, new byte[10]).putInt(24, 1 << 30);
    driver.memory.write(TX_BUFFER, bytes(packet), 0, HEADER);
    driver.describe(TX, 0, TX_BUFFER, HEADER, 0, 0);
    driver.offer(TX, 0);

    receive(RST);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void ringsAndPacketsOfAnyKindHurtTheirGuestAlone(long seed) throws Exception {
    Random random = new Random(seed);
    try (TestDriver good = new TestDriver(device(4))) {
      for (int round = 0; round < 200; round++) {
        driver.start(random.nextBoolean() ? TestDriver.EVENT_IDX : 0);
        for (int i = 0; i < 30; i++) {
          anything(random);
        }
      }
      driver.set(0x14, 1, 0);
      assertThat(network.connections()).isZero();
      TestDriver hostile = driver;
      driver = good;
      boot();
      byte[] request = bytes(packet(REQUEST, 0).putLong(0, 4));
      driver.memory.write(TX_BUFFER, request, 0, HEADER);
      driver.describe(TX, 0, TX_BUFFER, HEADER, 0, 0);
      driver.offer(TX, 0);
      receive(RESPONSE);
      driver = hostile;
    }
  }

  private void anything(Random random) {
    int queue = random.nextInt(3);
    int head = random.nextInt(16);
    switch (random.nextInt(6)) {
      case 0 -> driver.describe(queue, head, random.nextLong(), random.nextInt(), 0, 0);
      case 1 -> driver.offer(queue, random.nextInt(17));
      case 2 -> driver.notifyQueue(queue);
      case 3 -> {
        driver.describe(
            RX, head, RX_BUFFERS + (long) head * RX_BYTES, RX_BYTES, TestDriver.WRITE, 0);
        driver.offer(RX, head);
      }
      default -> {
        byte[] bytes =
            bytes(packet(1 + random.nextInt(7), random.nextInt(4), new byte[random.nextInt(300)]));
        if (random.nextInt(4) == 0) {
          bytes[random.nextInt(HEADER)] = (byte) random.nextInt();
        }
        driver.memory.write(TX_BUFFER, bytes, 0, bytes.length);
        driver.describe(TX, head, TX_BUFFER, bytes.length, 0, 0);
        driver.offer(TX, head);
      }
    }
  }
}
