// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.machine.vsock.VsockDevice;
import tombolo.machine.vsock.VsockSwitch;

/** Two guests with socket devices, CID 3 and 4, whose drivers are the test's. */
final class VsockPair implements Stateful, AutoCloseable {
  static final int REQUEST = 1;
  static final int RESPONSE = 2;
  static final int RW = 5;
  static final int HEADER = 44;
  private static final int RX_BYTES = 4096;
  private static final long TX_BUFFER = TestDriver.BUFFERS + 0x20000;

  final VsockSwitch network;
  final TestDriver alice;
  final TestDriver bob;

  VsockPair(HostServices host) {
    network = new VsockSwitch(host);
    alice = new TestDriver(new VsockDevice(network, 3, "alice", host), host);
    bob = new TestDriver(new VsockDevice(network, 4, "bob", host), host);
  }

  void start() {
    alice.start(0);
    bob.start(0);
  }

  /** Gives the device a buffer for a packet. */
  void give(TestDriver guest, int index) {
    guest.describe(
        0, index, TestDriver.BUFFERS + (long) RX_BYTES * index, RX_BYTES, TestDriver.WRITE, 0);
    guest.offer(0, index);
  }

  /** Sends a packet to the other guest, whose payload counts up. */
  void send(TestDriver from, int head, int op, int length) {
    boolean fromAlice = from.equals(alice);
    ByteBuffer packet = ByteBuffer.allocate(HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
    packet.putLong(fromAlice ? 3 : 4).putLong(fromAlice ? 4 : 3);
    packet.putInt(fromAlice ? 700 : 1024).putInt(fromAlice ? 1024 : 700);
    packet.putInt(length).putShort((short) 1).putShort((short) op);
    packet.putInt(0).putInt(1 << 16).putInt(0);
    for (int i = 0; i < length; i++) {
      packet.put((byte) i);
    }
    long at = TX_BUFFER + 0x8000L * head;
    from.memory.write(at, packet.array(), 0, packet.capacity());
    from.describe(1, head, at, packet.capacity(), 0, 0);
    from.offer(1, head);
  }

  /** Takes a packet that has come; returns its payload. */
  byte[] take(TestDriver guest) {
    long[] used = guest.takeUsed(0);
    byte[] payload = new byte[(int) used[1] - HEADER];
    long at = TestDriver.BUFFERS + RX_BYTES * used[0] + HEADER;
    guest.memory.read(at, payload, 0, payload.length);
    return payload;
  }

  void pause() {
    alice.bridge.pause();
    bob.bridge.pause();
  }

  void resume() {
    alice.bridge.resume();
    bob.bridge.resume();
  }

  @Override
  public void save(StateWriter out) {
    out.part("alice", alice.bridge).part("bob", bob.bridge).part("switch", network);
  }

  @Override
  public void restore(StateReader in) {
    in.part("alice", alice.bridge).part("bob", bob.bridge).part("switch", network);
  }

  @Override
  public void close() {
    alice.close();
    bob.close();
    network.close();
  }
}
