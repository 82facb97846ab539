// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Carries the packets of virtio socket devices (virtio 1.2, 5.10) between the guests of one
 * topology, and between them and the host, whose context ID (CID) is 2. Guests' CIDs are {@link
 * #FIRST_CID} to {@link #LAST_CID}, one device each. Thread-safe. Its owner closes it after the
 * VMs.
 *
 * <p>The switch knows every connection. So it can tell a peer when a VM is gone, passes on only
 * what belongs to a connection, and holds each sender to what the receiver has room for. What a
 * guest does wrong resets the connection it does it with; a packet that names another sender is
 * dropped.
 *
 * <p>Nothing is stored here: a packet goes from the sender's buffers into the receiver's, or stays
 * with the sender. The package says what that means for one that has to wait.
 *
 * <p>Its state is the connections between guests, and who waits for whom; it belongs to the
 * topology and is restored after the devices of all its guests.
 */
public final class VsockSwitch implements Stateful, AutoCloseable {
  /** The host's CID. */
  public static final long HOST_CID = 2;

  /** The lowest CID of a guest. */
  public static final long FIRST_CID = 3;

  /** The highest CID of a guest. */
  public static final long LAST_CID = 0xffff_fffeL;

  /** The most connections that one guest has asked for and not ended. */
  public static final int MAX_CONNECTIONS = 512;

  /** No topology has connections enough for more RSTs at one guest. */
  static final int MOST_RESETS = 1 << 20;

  // Both are ordered, so that their iteration does not depend on the past.
  private final Map<Long, VsockStation> stations = new ConcurrentSkipListMap<>();
  private final Map<VsockConnection.Key, VsockConnection> connections =
      new ConcurrentSkipListMap<>();

  private final Map<VsockStation, AtomicInteger> requested = new ConcurrentHashMap<>();
  private final AtomicLong made = new AtomicLong();
  private final LongAdder refused = new LongAdder();
  private final LongAdder forged = new LongAdder();
  private final HostVsock host;

  /**
   * Makes a switch with the host alone.
   *
   * @param services of the topology, for whoever waits at the host's sockets
   */
  public VsockSwitch(HostServices services) {
    host = new HostVsock(this, services);
    attach(host.station);
  }

  /** Returns the host's sockets. */
  public HostVsock host() {
    return host;
  }

  /** Returns how many packets were answered with an RST: no such connection, or no room. */
  public long refused() {
    return refused.sum();
  }

  /** Returns how many packets were dropped: they named another sender, or were none. */
  public long forged() {
    return forged.sum();
  }

  /** Returns how many connections there are, with attempts to make one. */
  public int connections() {
    return connections.size();
  }

  /**
   * Adds a station.
   *
   * @throws IllegalArgumentException if its CID is another one's, or no guest's
   */
  void attach(VsockStation station) {
    long cid = station.cid();
    if (cid != HOST_CID && (cid < FIRST_CID || cid > LAST_CID)) {
      throw new IllegalArgumentException(
          "%s: CID %d: a guest has %d to %d".formatted(station.name(), cid, FIRST_CID, LAST_CID));
    }
    VsockStation other = stations.putIfAbsent(cid, station);
    if (other != null) {
      throw new IllegalArgumentException(
          "%s: CID %d is that of %s".formatted(station.name(), cid, other.name()));
    }
    requested.put(station, new AtomicInteger());
  }

  /** Removes a station that takes no packets any more. */
  void detach(VsockStation station) {
    if (stations.remove(station.cid(), station)) {
      resetAll(station);
      requested.remove(station);
    }
  }

  @Nullable VsockStation station(long cid) {
    return stations.get(cid);
  }

  /** Counts a packet that is none, or names another sender. */
  void dropped() {
    forged.increment();
  }

  /**
   * Passes a packet on, or what is left of it.
   *
   * @param from the sender
   * @param data holds the payload
   * @param at where in it the payload begins
   * @param done bytes of the payload that earlier calls have passed on
   * @param whenRoom is called when it makes sense to try again
   * @return how much of the payload is passed on now, all if the packet was refused; or {@link
   *     VsockStation#NO_ROOM}
   */
  int forward(
      VsockStation from, VsockHeader header, byte[] data, int at, int done, Runnable whenRoom) {
    if (header.sourceCid() != from.cid()) {
      dropped();
      return header.length();
    }
    VsockStation to = stations.get(header.destinationCid());
    @Nullable VsockOp op = VsockOp.of(header.op());
    if (to == null
        || to.equals(from)
        || op == null
        || !header.hasKnownType()
        || (op != VsockOp.RW && header.length() != 0)) {
      return refuse(from, header);
    }
    VsockConnection connection = connections.get(VsockConnection.Key.of(header));
    if (connection != null) {
      synchronized (connection) {
        if (!connection.closed) {
          return pass(connection, from, op, header, data, at, done, whenRoom);
        }
      }
    }
    return op == VsockOp.REQUEST ? request(from, to, header, whenRoom) : refuse(from, header);
  }

  private int refuse(VsockStation from, VsockHeader header) {
    if (!header.is(VsockOp.RST)) {
      refused.increment();
      from.insist(header.refusal());
    }
    return header.length();
  }

  private int request(VsockStation from, VsockStation to, VsockHeader header, Runnable whenRoom) {
    AtomicInteger count = requested.get(from);
    if (count == null || !to.takesType(header.type())) {
      return refuse(from, header);
    }
    if (count.get() >= MAX_CONNECTIONS && !evict(from)) {
      return refuse(from, header);
    }
    VsockConnection connection = connection(from, to, header);
    synchronized (connection) {
      if (!enter(connection)) {
        return refuse(from, header); // both ask at once, with the same ports
      }
      connection.toward(from).update(header);
      int taken = to.deliver(connection, header, new byte[0], 0, 0, whenRoom);
      if (taken < 0) {
        close(connection);
      }
      return taken == VsockStation.REFUSED ? refuse(from, header) : taken;
    }
  }

  /**
   * Gives up the oldest attempt of a guest that was never answered: a guest that no longer waits
   * for an answer does not say so. The guest that was asked gets an RST at once. It is not the one
   * that is asked now, and has no part in this, so nothing here can wait for room.
   *
   * @return false if there is none
   */
  private boolean evict(VsockStation initiator) {
    @Nullable VsockConnection oldest = null;
    for (VsockConnection each : connections.values()) {
      if (each.initiator.equals(initiator)
          && !each.established
          && (oldest == null || each.number < oldest.number)) {
        oldest = each;
      }
    }
    if (oldest == null) {
      return false;
    }
    synchronized (oldest) {
      if (!oldest.closed && !oldest.established) { // else perhaps one over the limit, once
        close(oldest);
        oldest.acceptor.reset(oldest, oldest.rst(oldest.acceptor));
      }
    }
    return true;
  }

  /**
   * Passes on a packet of a connection that is not closed. The connection's lock is held; {@link
   * #forward} has the parameters.
   */
  int pass(
      VsockConnection connection,
      VsockStation from,
      VsockOp op,
      VsockHeader header,
      byte[] data,
      int at,
      int done,
      Runnable whenRoom) {
    VsockStation to = connection.peerOf(from);
    connection.toward(from).update(header);
    boolean fits =
        header.type() == connection.type
            && switch (op) {
              case REQUEST -> !connection.established && from.equals(connection.initiator);
              case RESPONSE -> !connection.established && from.equals(connection.acceptor);
              case RST -> true;
              case RW ->
                  connection.established
                      && (done > 0 || connection.toward(to).allows(header.length()));
              case SHUTDOWN, CREDIT_UPDATE, CREDIT_REQUEST -> connection.established;
            };
    if (!fits) {
      return abort(connection, from, header, whenRoom);
    }
    int taken = to.deliver(connection, header, data, at + done, header.length() - done, whenRoom);
    if (taken == VsockStation.REFUSED) {
      close(connection);
      return refuse(from, header);
    }
    if (taken == VsockStation.NO_ROOM) {
      return taken;
    }
    connection.toward(to).sent(taken);
    if (op == VsockOp.RESPONSE) {
      connection.established = true;
    } else if (op == VsockOp.RST) {
      close(connection);
    }
    return done + taken;
  }

  /** Ends a connection whose protocol one of the two has broken. Its lock is held. */
  private int abort(
      VsockConnection connection, VsockStation from, VsockHeader header, Runnable whenRoom) {
    VsockStation to = connection.peerOf(from);
    int taken = to.deliver(connection, connection.rst(to), new byte[0], 0, 0, whenRoom);
    if (taken == VsockStation.NO_ROOM) {
      return taken;
    }
    close(connection);
    refused.increment();
    from.reset(connection, header.refusal());
    return header.length();
  }

  /** Forgets a connection. Its lock is held. */
  void close(VsockConnection connection) {
    if (!connection.closed) {
      connection.closed = true;
      connections.remove(connection.key, connection);
      AtomicInteger count = requested.get(connection.initiator);
      if (count != null) {
        count.decrementAndGet();
      }
    }
  }

  /** Remembers a connection. Returns false if the addresses have one. Its lock is held. */
  boolean enter(VsockConnection connection) {
    if (connections.putIfAbsent(connection.key, connection) != null) {
      return false;
    }
    AtomicInteger count = requested.get(connection.initiator);
    if (count != null) {
      count.incrementAndGet();
    }
    return true;
  }

  /** Returns how many connections a station has asked for that are not closed. */
  int requestedBy(VsockStation station) {
    AtomicInteger count = requested.get(station);
    return count == null ? 0 : count.get();
  }

  /** Makes a connection, which {@link #enter} will remember. */
  VsockConnection connection(VsockStation initiator, VsockStation acceptor, VsockHeader request) {
    return new VsockConnection(initiator, acceptor, request, made.getAndIncrement());
  }

  /**
   * Ends all connections of a station that takes no packets any more, and tells the peers. No lock
   * is held.
   */
  void resetAll(VsockStation gone) {
    for (VsockConnection connection : connections.values()) {
      if (!connection.joins(gone)) {
        continue;
      }
      synchronized (connection) {
        if (!connection.closed) {
          close(connection);
          VsockStation peer = connection.peerOf(gone);
          peer.reset(connection, connection.rst(peer));
        }
      }
    }
  }

  @Override
  public void save(StateWriter out) {
    out.number(made.get()).part("host", host);
    List<VsockConnection> all = List.copyOf(connections.values());
    out.number(all.size());
    for (VsockConnection each : all) {
      synchronized (each) {
        out.number(each.initiator.cid()).number(each.portOf(each.initiator));
        out.number(each.acceptor.cid()).number(each.portOf(each.acceptor));
        out.number(each.type).number(each.number).part("connection", each);
      }
    }
    for (GuestStation guest : guests()) {
      List<GuestStation> waiting =
          guest.whoWaits().stream()
              .flatMap(kick -> guests().stream().filter(each -> each.sender().equals(kick)))
              .toList();
      out.number(waiting.size());
      waiting.forEach(each -> out.number(each.cid()));
    }
  }

  private List<GuestStation> guests() {
    return stations.values().stream()
        .filter(GuestStation.class::isInstance)
        .map(GuestStation.class::cast)
        .toList();
  }

  /**
   * Replaces all connections, in a switch with the same guests, whose devices have been restored.
   * Nothing stays connected with the host, whose programs have not been saved with the topology:
   * those that hold a connection now find it reset, and guests that had one are sent an RST.
   */
  @Override
  public void restore(StateReader in) {
    forgetAll();
    made.set(in.int64());
    in.part("host", host);
    int count = in.int32(0, Integer.MAX_VALUE);
    List<VsockConnection> withHost = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      VsockConnection restored = restoreConnection(in);
      if (restored.joins(host.station)) {
        withHost.add(restored);
      }
    }
    for (GuestStation guest : guests()) {
      List<Runnable> waiting = new ArrayList<>();
      for (int left = in.int32(0, guests().size()); left > 0; left--) {
        if (!(stations.get(in.int64()) instanceof GuestStation sender)) {
          throw in.wrong("who waits for %s is no guest".formatted(guest.name()));
        }
        waiting.add(sender.sender());
      }
      guest.whoWaits(waiting);
    }
    for (VsockConnection each : withHost) {
      synchronized (each) {
        close(each);
        VsockStation guest = each.peerOf(host.station);
        guest.reset(each, each.rst(guest));
      }
    }
  }

  /** Forgets all connections. Tells only the host, because guests are being restored. */
  private void forgetAll() {
    for (VsockConnection each : connections.values()) {
      synchronized (each) {
        close(each);
        if (each.joins(host.station)) {
          host.station.reset(each, each.rst(host.station));
        }
      }
    }
  }

  private VsockConnection restoreConnection(StateReader in) {
    long initiatorCid = in.int64();
    int initiatorPort = in.int32();
    long acceptorCid = in.int64();
    int acceptorPort = in.int32();
    int type = in.int32(VsockHeader.STREAM, VsockHeader.SEQPACKET);
    long number = in.int64();
    VsockStation initiator = stations.get(initiatorCid);
    VsockStation acceptor = stations.get(acceptorCid);
    if (initiator == null || acceptor == null || initiator.equals(acceptor)) {
      throw in.wrong("a connection of CID %d with CID %d".formatted(initiatorCid, acceptorCid));
    }
    VsockHeader request =
        new VsockHeader(
            initiatorCid,
            acceptorCid,
            initiatorPort,
            acceptorPort,
            0,
            type,
            VsockOp.REQUEST.code,
            0,
            0,
            0);
    VsockConnection connection = new VsockConnection(initiator, acceptor, request, number);
    synchronized (connection) {
      in.part("connection", connection);
      boolean full = !initiator.equals(host.station) && requestedBy(initiator) > MAX_CONNECTIONS;
      if (full || !enter(connection)) {
        throw in.wrong("too many connections of CID %d, or one twice".formatted(initiatorCid));
      }
    }
    return connection;
  }

  /** Ends the host's sockets. */
  @Override
  public void close() {
    host.close();
  }
}
