// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A connection, or the attempt to make one, between two stations of a {@link VsockSwitch}. Its
 * monitor is its lock: it guards what is said so below, and is held while a packet of this
 * connection is delivered, so that packets of one connection come one after the other.
 *
 * <p>The switch saves whom it joins; the connection saves the rest.
 */
final class VsockConnection implements Stateful {
  /**
   * The two addresses, that with the lower CID first: the same for both directions. Ordered, so
   * that whoever goes through all connections meets them in an order that does not depend on the
   * past.
   */
  record Key(long lowCid, int lowPort, long highCid, int highPort) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparingLong(Key::lowCid)
            .thenComparingInt(Key::lowPort)
            .thenComparingLong(Key::highCid)
            .thenComparingInt(Key::highPort);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    static Key of(VsockHeader header) {
      return header.sourceCid() < header.destinationCid()
          ? new Key(
              header.sourceCid(),
              header.sourcePort(),
              header.destinationCid(),
              header.destinationPort())
          : new Key(
              header.destinationCid(),
              header.destinationPort(),
              header.sourceCid(),
              header.sourcePort());
    }
  }

  final Key key;
  final VsockStation initiator;
  final VsockStation acceptor;
  final int type;

  /** Counts up in the order in which connections are made. */
  final long number;

  private final int initiatorPort;
  private final int acceptorPort;

  // Guarded by this; volatile, for a first look without it.
  volatile boolean established;
  volatile boolean closed;

  // Guarded by this.
  private final Credit towardInitiator = new Credit();
  private final Credit towardAcceptor = new Credit();
  @Nullable HostVsockConnection host;

  VsockConnection(VsockStation initiator, VsockStation acceptor, VsockHeader request, long number) {
    this.key = Key.of(request);
    this.initiator = initiator;
    this.acceptor = acceptor;
    this.type = request.type();
    this.initiatorPort = request.sourcePort();
    this.acceptorPort = request.destinationPort();
    this.number = number;
  }

  boolean joins(VsockStation station) {
    return initiator.equals(station) || acceptor.equals(station);
  }

  VsockStation peerOf(VsockStation station) {
    return station.equals(initiator) ? acceptor : initiator;
  }

  /** Returns how much may be sent to this station. Lock held. */
  Credit toward(VsockStation station) {
    return station.equals(initiator) ? towardInitiator : towardAcceptor;
  }

  int portOf(VsockStation station) {
    return station.equals(initiator) ? initiatorPort : acceptorPort;
  }

  /** Makes the header of a packet without payload to one of the two. */
  VsockHeader header(VsockStation to, VsockOp op, int flags, int bufferSize, int forwarded) {
    return header(to, op, 0, flags, bufferSize, forwarded);
  }

  VsockHeader header(
      VsockStation to, VsockOp op, int length, int flags, int bufferSize, int forwarded) {
    VsockStation from = peerOf(to);
    return new VsockHeader(
        from.cid(),
        to.cid(),
        portOf(from),
        portOf(to),
        length,
        type,
        op.code,
        flags,
        bufferSize,
        forwarded);
  }

  /** Writes how far it has come. Lock held. */
  @Override
  public void save(StateWriter out) {
    out.flag(established);
    out.part("toward initiator", towardInitiator).part("toward acceptor", towardAcceptor);
  }

  /** Replaces how far it has come. Lock held. */
  @Override
  public void restore(StateReader in) {
    established = in.flag();
    in.part("toward initiator", towardInitiator).part("toward acceptor", towardAcceptor);
  }

  /** Makes the packet that tells one of the two that the connection is no more. */
  VsockHeader rst(VsockStation to) {
    return header(to, VsockOp.RST, 0, 0, 0);
  }
}
