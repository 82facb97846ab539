// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/** A guest whose driver is the test: packets as they are, and buffers of one size. */
final class TestGuest implements AutoCloseable {
  /** A packet as a driver sees it. */
  static final class Packet {
    private final VsockHeader header;
    private final byte[] payload;

    Packet(VsockHeader header, byte[] payload) {
      this.header = header;
      this.payload = payload;
    }

    VsockHeader header() {
      return header;
    }

    byte[] payload() {
      return payload;
    }
  }

  static final int BUFFER = 4096;
  static final int WINDOW = 64 << 10;
  private static final int ENOUGH = 1_000_000;

  final long cid;
  final GuestStation station;
  final GuestSender sender;
  private final VsockSwitch network;
  private final Queue<byte[]> toSend = new ConcurrentLinkedQueue<>();
  private final AtomicInteger buffers = new AtomicInteger();
  final BlockingQueue<Packet> received = new LinkedBlockingQueue<>();
  volatile boolean live = true;
  volatile boolean seqpacket = true;
  volatile int bufferBytes = BUFFER;

  /** Makes a guest with more buffers than any test needs. */
  TestGuest(VsockSwitch network, long cid) {
    this(network, cid, HostServices.system(), ENOUGH);
  }

  TestGuest(VsockSwitch network, long cid, HostServices host, int buffers) {
    this.network = network;
    this.cid = cid;
    this.buffers.set(buffers);
    station = new GuestStation(cid, "vm" + cid, host.clock(), new Rx());
    sender = new GuestSender(network, station, new Tx(), host);
    network.attach(station);
    sender.start();
  }

  /** Gives more buffers, as the driver. Returns whether that ended a cut-off. */
  boolean give(int more) {
    buffers.addAndGet(more);
    return station.refilled();
  }

  /** Takes over what another guest's driver has: packets to send, buffers, and what came. */
  void copyOf(TestGuest other) {
    toSend.addAll(other.toSend);
    buffers.set(other.buffers.get());
    received.addAll(other.received);
    live = other.live;
  }

  /** Takes the driver away. */
  void stop() {
    live = false;
    sender.reset();
    station.reset();
    network.resetAll(station);
    received.clear();
  }

  /** Brings a new driver. */
  void start() {
    live = true;
  }

  /** Makes the header of a packet to a peer, with room for {@link #WINDOW} bytes of answer. */
  VsockHeader header(long peer, int port, int peerPort, VsockOp op, int length) {
    return new VsockHeader(
        cid, peer, port, peerPort, length, VsockHeader.STREAM, op.code, 0, WINDOW, 0);
  }

  void send(long peer, int port, int peerPort, VsockOp op, byte... payload) {
    send(header(peer, port, peerPort, op, payload.length), payload);
  }

  void send(VsockHeader header, byte... payload) {
    byte[] packet = Arrays.copyOf(header.bytes(), VsockHeader.SIZE + payload.length);
    System.arraycopy(payload, 0, packet, VsockHeader.SIZE, payload.length);
    sendRaw(packet);
  }

  void sendRaw(byte... packet) {
    toSend.add(packet);
    sender.kick();
  }

  /** Connects from a port to one of a peer's that accepts. */
  void connect(TestGuest peer, int port, int peerPort) throws InterruptedException {
    send(peer.cid, port, peerPort, VsockOp.REQUEST);
    peer.expect(VsockOp.REQUEST);
    peer.send(cid, peerPort, port, VsockOp.RESPONSE);
    expect(VsockOp.RESPONSE);
  }

  /** Waits for the next packet and returns it. */
  Packet next() throws InterruptedException {
    Packet packet = received.poll(20, TimeUnit.SECONDS);
    assertThat(packet).as("a packet for CID " + cid).isNotNull();
    return packet;
  }

  Packet expect(VsockOp op) throws InterruptedException {
    Packet packet = next();
    assertThat(VsockOp.of(packet.header().op())).as(packet.header().toString()).isEqualTo(op);
    return packet;
  }

  /** Returns how many packets the switch has not taken. */
  int unsent() {
    return toSend.size();
  }

  /** Waits until the switch has taken all packets. Some may wait for their receivers still. */
  void awaitSent() {
    await(() -> toSend.isEmpty());
  }

  /** Waits until all packets have come to their receivers. */
  void awaitPassedOn() {
    await(() -> toSend.isEmpty() && sender.waitingBytes() == 0);
  }

  private void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("packets of CID " + cid).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    network.detach(station);
    live = false;
    sender.close();
  }

  private final class Rx implements RxBuffers {
    @Override
    public boolean isLive() {
      return live;
    }

    @Override
    public boolean knowsSeqpacket() {
      return seqpacket;
    }

    @Override
    public int next() {
      return live && buffers.get() > 0 ? bufferBytes : 0;
    }

    @Override
    public void put(byte[] header, byte[] data, int from, int length) {
      buffers.decrementAndGet();
      received.add(
          new Packet(VsockHeader.read(header), Arrays.copyOfRange(data, from, from + length)));
    }

    @Override
    public void forget() {
      // It looks at buffers, and takes none.
    }

    @Override
    public void save(StateWriter out) {
      // The test has what the driver has.
    }

    @Override
    public void restore(StateReader in) {
      // As above.
    }
  }

  private final class Tx implements TxPackets {
    @Override
    public boolean isLive() {
      return live;
    }

    @Override
    public int next(byte[] into) {
      byte[] packet = live ? toSend.peek() : null;
      if (packet == null) {
        return NONE;
      }
      System.arraycopy(packet, 0, into, 0, Math.min(packet.length, into.length));
      return packet.length;
    }

    @Override
    public void done() {
      toSend.poll();
    }

    @Override
    public void forget() {
      toSend.clear();
    }

    @Override
    public void save(StateWriter out) {
      // A packet stays in the queue until it is done.
    }

    @Override
    public void restore(StateReader in) {
      // As above.
    }
  }
}
