// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/**
 * A guest's network card (virtio 1.2, 5.1) with one pair of queues, at a {@link Wire}. Linux has it
 * as {@code eth0}, {@code eth1} and so on. Owned by the transport that it is put behind;
 * thread-safe as the package says.
 *
 * <p>The guest is given an address, and cannot send from another one. It receives what is for that
 * address and for groups; so it needs no filters, and the device has no control queue.
 */
public final class NetworkDevice implements VirtioDevice {
  static final int RECEIVE = 0;
  static final int TRANSMIT = 1;

  private static final int TYPE = 1;
  private static final int ETHERNET_CONTROLLER = 0x020000;
  private static final int LINK_UP = 1;

  /** The features of drivers that matter after negotiation. */
  private static final long USED =
      NetworkFeature.OFFLOADS | NetworkFeature.MRG_RXBUF | NetworkFeature.STATUS;

  private final String name;
  private final Wire wire;
  private final GuestPort port;
  private final FrameSender sender;
  private volatile @Nullable VirtioTransport transport;

  /**
   * Makes a device.
   *
   * @param name in logs and statistics, for example "net0"
   * @param address the guest's
   * @param vmName for messages and the name of the worker that sends
   * @param host the VM's
   * @throws IllegalArgumentException if the wire has no room, or the address is another guest's
   */
  public NetworkDevice(
      String name, Wire wire, MacAddress address, String vmName, HostServices host) {
    this.name = name;
    this.wire = wire;
    this.port = new GuestPort(address, vmName, host);
    this.sender = new FrameSender(wire, port, name, host);
    port.onLinkDown(this::linkIsDown);
    wire.attach(port);
  }

  /** Returns what has passed through. */
  public NetworkStatistics statistics() {
    return port.statistics();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public int classCode() {
    return ETHERNET_CONTROLLER;
  }

  @Override
  public long features() {
    return NetworkFeature.MAC
        | NetworkFeature.STATUS
        | NetworkFeature.MRG_RXBUF
        | wire.offloads()
        | (wire.mtu() == Wire.ORDINARY_MTU ? 0 : NetworkFeature.MTU);
  }

  @Override
  public int queues() {
    return 2;
  }

  @Override
  public void attach(VirtioTransport behind) {
    transport = behind;
    port.attach(behind);
    sender.start(behind);
  }

  /** Returns address, status, number of pairs of queues, and MTU (5.1.4). */
  @Override
  public byte[] config() {
    return config(true);
  }

  private byte[] config(boolean up) {
    ByteBuffer config = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    config.put(port.address().octets());
    config.putShort((short) (up ? LINK_UP : 0));
    config.putShort((short) 1);
    config.putShort((short) wire.mtu());
    return config.array();
  }

  /** Acts on DRIVER_OK: features are agreed on. */
  @Override
  public void started() {
    @Nullable VirtioTransport behind = transport;
    long accepted = 0;
    for (long left = USED; behind != null && left != 0; left &= left - 1) {
      long feature = Long.lowestOneBit(left);
      accepted |= behind.accepted(NetworkFeature.bit(feature)) ? feature : 0;
    }
    port.features(accepted);
  }

  /** Tells the driver that the cable is unplugged. Any thread. */
  private void linkIsDown() {
    @Nullable VirtioTransport behind = transport;
    if (behind != null) {
      behind.configChanged(NetworkFeature.bit(NetworkFeature.STATUS), config(false));
    }
  }

  @Override
  public void notified(Virtqueue queue) {
    if (queue.index() == RECEIVE) {
      port.refilled();
    } else {
      sender.kick();
    }
  }

  @Override
  public void reset() {
    port.features(0);
    sender.reset();
    port.reset();
  }

  @Override
  public void pause() {
    sender.pause();
    port.pause();
  }

  @Override
  public void resume() {
    port.resume();
    sender.resume();
  }

  @Override
  public void save(StateWriter out) {
    out.part("port", port).part("sender", sender);
  }

  @Override
  public void restore(StateReader in) {
    started(); // the transport has its features already
    in.part("port", port).part("sender", sender);
    @Nullable VirtioTransport behind = transport;
    if (behind != null && !behind.hasConfig(config())) {
      // It was saved with its cable unplugged, and is restored with another cable.
      behind.configChanged(NetworkFeature.bit(NetworkFeature.STATUS), config());
    }
  }

  @Override
  public void close() {
    wire.detach(port);
    sender.close();
  }
}
