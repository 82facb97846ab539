// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.virtio.Chain;
import tombolo.machine.virtio.ChainLostException;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/**
 * A guest's socket device (virtio 1.2, 5.10): stream and seqpacket sockets to the host and to the
 * other guests of a {@link VsockSwitch}. Owned by the transport that it is put behind; thread-safe
 * as the package says.
 *
 * <p>When its driver goes, by a reset or with the VM's run, the peers of all its connections get an
 * RST. A driver that comes back finds a device without connections, so there is nothing to tell it;
 * one that was cut off while it ran gets TRANSPORT_RESET.
 */
public final class VsockDevice implements VirtioDevice {
  private static final int TYPE = 19;
  private static final int OTHER_COMMUNICATION_DEVICE = 0x078000;
  private static final int FEATURE_STREAM = 0;
  private static final int FEATURE_SEQPACKET = 1;
  private static final int RX = 0;
  private static final int TX = 1;
  private static final int EVENT = 2;
  private static final int QUEUES = 3;

  /** An event's id, TRANSPORT_RESET, which is 0. */
  private static final byte[] TRANSPORT_RESET = new byte[4];

  private final VsockSwitch network;
  private final byte[] config;
  private final GuestStation station;
  private final GuestSender sender;
  private final AtomicBoolean eventOwed = new AtomicBoolean();
  private volatile @Nullable VirtioTransport transport;

  /**
   * Makes a device with a context ID of its own.
   *
   * @param cid {@link VsockSwitch#FIRST_CID} to {@link VsockSwitch#LAST_CID}
   * @param vmName for messages and the name of the worker that sends
   * @param host the VM's
   * @throws IllegalArgumentException if the CID is out of range, or another guest's
   */
  public VsockDevice(VsockSwitch network, long cid, String vmName, HostServices host) {
    this.network = network;
    this.config =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(cid).array();
    this.station = new GuestStation(cid, vmName, host.clock(), new Rx());
    this.sender = new GuestSender(network, station, new Tx(), host);
    network.attach(station);
  }

  @Override
  public String name() {
    return "vsock";
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public int classCode() {
    return OTHER_COMMUNICATION_DEVICE;
  }

  @Override
  public long features() {
    return 1L << FEATURE_STREAM | 1L << FEATURE_SEQPACKET;
  }

  @Override
  public int queues() {
    return QUEUES;
  }

  @Override
  public void attach(VirtioTransport behind) {
    transport = behind;
    sender.onFailure(behind::failed);
    sender.start();
  }

  @Override
  public byte[] config() {
    return config;
  }

  @Override
  public void notified(Virtqueue queue) {
    switch (queue.index()) {
      case RX -> refilled();
      case TX -> sender.kick();
      default -> tellOfReset();
    }
  }

  private void refilled() {
    if (station.refilled()) {
      eventOwed.set(true);
      tellOfReset();
    }
  }

  /** Tells the driver that its connections are no more; later, if it has given no buffer. */
  private void tellOfReset() {
    @Nullable VirtioTransport behind = transport;
    if (behind == null || !eventOwed.get()) {
      return;
    }
    Virtqueue queue = behind.queue(EVENT);
    Chain event = queue.take();
    if (event == null) {
      return;
    }
    if (event.writable() < TRANSPORT_RESET.length) {
      event.breach("an event buffer of %d bytes".formatted(event.writable()));
      return;
    }
    eventOwed.set(false);
    try {
      event.write(0, TRANSPORT_RESET, 0, TRANSPORT_RESET.length);
      queue.complete(event, TRANSPORT_RESET.length);
    } catch (ChainLostException e) {
      // The driver has gone meanwhile, and its connections with it.
    }
  }

  @Override
  public void reset() {
    eventOwed.set(false);
    sender.reset();
    station.reset();
    network.resetAll(station);
  }

  @Override
  public void pause() {
    sender.pause();
    station.pause();
  }

  @Override
  public void resume() {
    station.resume();
    refilled();
    sender.resume();
  }

  @Override
  public void save(StateWriter out) {
    out.flag(eventOwed.get()).part("station", station).part("sender", sender);
  }

  /** Restores what is on its way; the switch, which is restored after it, has the connections. */
  @Override
  public void restore(StateReader in) {
    eventOwed.set(in.flag());
    in.part("station", station).part("sender", sender);
  }

  @Override
  public void close() {
    network.detach(station);
    sender.close();
  }

  private boolean isLive(int index) {
    @Nullable VirtioTransport behind = transport;
    return behind != null && behind.queue(index).isLive();
  }

  private @Nullable Chain take(int index) {
    @Nullable VirtioTransport behind = transport;
    return behind == null ? null : behind.queue(index).take();
  }

  private void save(StateWriter out, int index, @Nullable Chain taken) {
    @Nullable VirtioTransport behind = transport;
    if (behind != null) {
      behind.queue(index).saveTaken(out, taken);
    }
  }

  private @Nullable Chain restore(StateReader in, int index) {
    @Nullable VirtioTransport behind = transport;
    return behind == null ? null : behind.queue(index).restoreTaken(in);
  }

  /** Guarded by the station's lock. */
  private final class Rx implements RxBuffers {
    private @Nullable Chain next;

    @Override
    public boolean isLive() {
      return VsockDevice.this.isLive(RX);
    }

    @Override
    public boolean knowsSeqpacket() {
      @Nullable VirtioTransport behind = transport;
      return behind != null && behind.accepted(FEATURE_SEQPACKET);
    }

    @Override
    public int next() {
      if (next == null) {
        next = take(RX);
      }
      if (next == null) {
        return 0;
      }
      if (next.writable() <= VsockHeader.SIZE) {
        next.breach("an rx buffer of %d bytes".formatted(next.writable()));
        next = null;
        sender.kick(); // to tell the peers
        return 0;
      }
      return (int) Math.min(next.writable(), Integer.MAX_VALUE);
    }

    @Override
    public void put(byte[] header, byte[] data, int from, int length) {
      @Nullable Chain buffer = next;
      next = null;
      if (buffer == null) {
        return;
      }
      try {
        buffer.write(0, header, 0, header.length);
        if (length > 0) {
          buffer.write(header.length, data, from, length);
        }
        buffer.queue().complete(buffer, header.length + length);
      } catch (ChainLostException e) {
        sender.kick(); // the driver is gone, and so are its connections
      }
    }

    @Override
    public void forget() {
      next = null;
    }

    @Override
    public void save(StateWriter out) {
      VsockDevice.this.save(out, RX, next);
    }

    @Override
    public void restore(StateReader in) {
      next = VsockDevice.this.restore(in, RX);
      if (next != null && next.writable() <= VsockHeader.SIZE) {
        throw in.wrong("an rx buffer of %d bytes".formatted(next.writable()));
      }
    }
  }

  /** Guarded by the sender's lock. */
  private final class Tx implements TxPackets {
    private @Nullable Chain now;

    @Override
    public boolean isLive() {
      return VsockDevice.this.isLive(TX);
    }

    @Override
    public int next(byte[] into) {
      @Nullable Chain packet = take(TX);
      now = packet;
      if (packet == null) {
        return NONE;
      }
      try {
        packet.read(0, into, 0, (int) Math.min(packet.readable(), into.length));
        return (int) Math.min(packet.readable(), Integer.MAX_VALUE);
      } catch (ChainLostException e) {
        now = null;
        return NONE;
      }
    }

    @Override
    public void done() {
      if (now != null) {
        now.queue().complete(now, 0);
        now = null;
      }
    }

    @Override
    public void forget() {
      now = null;
    }

    @Override
    public void save(StateWriter out) {
      VsockDevice.this.save(out, TX, now);
    }

    @Override
    public void restore(StateReader in) {
      now = VsockDevice.this.restore(in, TX);
    }
  }
}
