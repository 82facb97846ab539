// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import tombolo.machine.host.HostServices;
import tombolo.machine.net.MacAddress;
import tombolo.machine.net.NetworkDevice;
import tombolo.machine.net.NetworkStatistics;
import tombolo.machine.net.NetworkSwitch;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/** Guests at one switch, whose drivers are the test's. Guest N has the address of VM N + 1. */
final class NetworkLab implements Stateful, AutoCloseable {
  static final int HEADER = 12;
  static final long CSUM = 1L;
  static final long GUEST_CSUM = 1L << 1;
  static final long GUEST_TSO4 = 1L << 7;
  static final long GUEST_TSO6 = 1L << 8;
  static final long HOST_TSO4 = 1L << 11;
  static final long HOST_TSO6 = 1L << 12;
  static final long MRG_RXBUF = 1L << 15;
  static final long OFFLOADS = CSUM | GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6 | HOST_TSO4 | HOST_TSO6;

  static final int RECEIVE = 0;
  static final int TRANSMIT = 1;
  private static final int RX_BYTES = 0x4000;
  private static final long TX_BUFFERS = TestDriver.BUFFERS + 16 * RX_BYTES;
  private static final int TX_BYTES = 0x2000;

  final NetworkSwitch network = new NetworkSwitch();
  final List<TestDriver> guests = new ArrayList<>();
  private final List<NetworkStatistics> statistics = new ArrayList<>();

  NetworkLab(HostServices host, int count) {
    for (int i = 0; i < count; i++) {
      NetworkDevice device = new NetworkDevice("net0", network, address(i), "vm" + i, host);
      statistics.add(device.statistics());
      guests.add(new TestDriver(device, host));
    }
  }

  static MacAddress address(int guest) {
    return MacAddress.of(1, guest + 1);
  }

  void startAll(long features) {
    guests.forEach(guest -> guest.start(features));
  }

  TestDriver guest(int number) {
    return guests.get(number);
  }

  NetworkStatistics statistics(int guest) {
    return statistics.get(guest);
  }

  /** Gives a guest's device a buffer, of at most 16 KiB. */
  void give(int guest, int index, int bytes) {
    TestDriver driver = guest(guest);
    driver.describe(RECEIVE, index, rx(index), bytes, TestDriver.WRITE, 0);
    driver.offer(RECEIVE, index);
  }

  static long rx(int index) {
    return TestDriver.BUFFERS + (long) RX_BYTES * index;
  }

  /** Makes a frame. */
  static byte[] frame(MacAddress to, MacAddress from, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    frame.put(to.octets()).put(from.octets()).putShort((short) 0x88b5).put(payload);
    return frame.array();
  }

  /** Makes a frame to everybody. */
  static byte[] broadcast(MacAddress from, byte... payload) {
    byte[] frame = frame(from, from, payload);
    java.util.Arrays.fill(frame, 0, 6, (byte) -1);
    return frame;
  }

  /** Sends bytes from one guest to another. */
  void send(int from, int head, int to, byte... payload) {
    transmit(from, head, new byte[HEADER], frame(address(to), address(from), payload));
  }

  /** Makes a header that asks for a checksum and, with a size, for segmentation. */
  static byte[] header(int csumStart, int csumOffset, int gsoType, int gsoSize) {
    return ByteBuffer.allocate(HEADER)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 1)
        .put((byte) gsoType)
        .putShort((short) 0)
        .putShort((short) gsoSize)
        .putShort((short) csumStart)
        .putShort((short) csumOffset)
        .array();
  }

  /** Has a guest's device send a frame: of up to 8 KiB, or, from head 0 alone, of any length. */
  void transmit(int guest, int head, byte[] header, byte[] frame) {
    TestDriver driver = guest(guest);
    long at = TX_BUFFERS + (long) TX_BYTES * head;
    driver.memory.write(at, header, 0, header.length);
    driver.memory.write(at + header.length, frame, 0, frame.length);
    driver.describe(TRANSMIT, head, at, header.length + frame.length, 0, 0);
    driver.offer(TRANSMIT, head);
  }

  /** Takes the next frame that a guest has received, with its header, from all its buffers. */
  byte[] take(int guest) {
    TestDriver driver = guest(guest);
    ByteBuffer bytes = ByteBuffer.allocate(1 << 17);
    int left = 1;
    for (boolean first = true; left > 0; left--, first = false) {
      long[] used = driver.takeUsed(RECEIVE);
      byte[] part = new byte[(int) used[1]];
      driver.memory.read(rx((int) used[0]), part, 0, part.length);
      bytes.put(part);
      if (first) {
        left = (part[10] & 0xff) | (part[11] & 0xff) << 8;
      }
    }
    byte[] taken = new byte[bytes.position()];
    bytes.flip().get(taken);
    return taken;
  }

  /** Takes the next frame without its header. */
  byte[] takeFrame(int guest) {
    byte[] taken = take(guest);
    return java.util.Arrays.copyOfRange(taken, HEADER, taken.length);
  }

  int received(int guest) {
    return guest(guest).usedCount(RECEIVE);
  }

  int sent(int guest) {
    return guest(guest).usedCount(TRANSMIT);
  }

  void pause() {
    guests.forEach(guest -> guest.bridge.pause());
  }

  void resume() {
    guests.forEach(guest -> guest.bridge.resume());
  }

  void copyOf(NetworkLab other) {
    for (int i = 0; i < guests.size(); i++) {
      guest(i).copyOf(other.guest(i));
    }
  }

  @Override
  public void save(StateWriter out) {
    guests.forEach(guest -> out.part("guest", guest.bridge));
  }

  @Override
  public void restore(StateReader in) {
    guests.forEach(guest -> in.part("guest", guest.bridge));
  }

  @Override
  public void close() {
    guests.forEach(TestDriver::close);
  }
}
