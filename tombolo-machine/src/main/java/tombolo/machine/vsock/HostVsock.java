// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The host's end of a {@link VsockSwitch}: stream sockets between Java code and guests. A guest
 * finds the host at CID 2. Thread-safe; owned by the switch. Threads of the host wait here by the
 * topology's services, so on a host of one thread they step the workers.
 *
 * <pre>{@code
 * try (HostVsockListener listener = network.host().listen(1024);
 *     HostVsockConnection guest = listener.accept()) {
 *   guest.inputStream().transferTo(out);
 * }
 * }</pre>
 */
public final class HostVsock implements Stateful {
  /** The first port that {@link #connect} uses on the host's side. */
  private static final int FIRST_EPHEMERAL = 1 << 30;

  /** The most connections that the host has begun and that have not ended. */
  private static final int MAX_CONNECTIONS = 4096;

  /** Takes the place of somebody who waits for room: one object, which a guest remembers once. */
  private static final Runnable NOBODY = HostVsock::tellNobody;

  private final VsockSwitch network;
  private final HostServices host;
  final VsockStation station = new Station();
  private final Map<Integer, HostVsockListener> listeners = new ConcurrentSkipListMap<>();
  private final Map<Long, Door> doors = new ConcurrentSkipListMap<>();
  private final AtomicInteger nextPort = new AtomicInteger();

  /** Takes connections to ports that nobody listens at. */
  interface Door {
    /**
     * Takes a connection that a guest asks for; {@link HostVsockConnection#accept} or close answers
     * it, later. Called with the connection's lock held; does not wait.
     *
     * @return false if it is refused
     */
    boolean knock(HostVsockConnection connection);
  }

  HostVsock(VsockSwitch network, HostServices host) {
    this.network = network;
    this.host = host;
  }

  /**
   * Listens at a port for any guest. A guest's attempt to connect succeeds at once, as long as
   * fewer than {@link HostVsockListener#BACKLOG} connections wait to be accepted.
   *
   * @param port 32 bits, unsigned
   * @throws IllegalStateException if somebody listens there
   */
  public HostVsockListener listen(int port) {
    HostVsockListener listener = new HostVsockListener(this, port, new Waiters(host));
    if (listeners.putIfAbsent(port, listener) != null) {
      throw new IllegalStateException(
          "somebody listens at vsock port " + Integer.toUnsignedString(port));
    }
    return listener;
  }

  void forget(HostVsockListener listener) {
    listeners.remove(listener.port(), listener);
  }

  /** Sets the handler for ports of a guest that nobody listens at; null removes it. */
  void door(long cid, @Nullable Door door) {
    if (door == null) {
      doors.remove(cid);
    } else {
      doors.put(cid, door);
    }
  }

  /**
   * Connects to a port of a guest.
   *
   * @param deadline how long to wait for the guest's answer, by the topology's clock
   * @throws ConnectException if no such guest is there, or nobody listens at the port
   * @throws SocketTimeoutException if the guest does not answer in that time
   */
  public HostVsockConnection connect(long cid, int port, Duration deadline)
      throws IOException, InterruptedException {
    HostVsockConnection connection = begin(cid, port, () -> {});
    boolean connected = false;
    try {
      connected = connection.awaitConnected(deadline);
    } finally {
      if (!connected) {
        connection.close();
      }
    }
    return connection;
  }

  /**
   * Asks a guest for a connection and does not wait for the answer.
   *
   * @param changed see {@link HostVsockConnection}
   * @throws ConnectException if no such guest is there
   */
  HostVsockConnection begin(long cid, int port, Runnable changed) throws ConnectException {
    VsockStation guest = cid == VsockSwitch.HOST_CID ? null : network.station(cid);
    if (guest == null) {
      throw new ConnectException("no VM has the CID " + cid);
    }
    if (network.requestedBy(station) >= MAX_CONNECTIONS) {
      throw new ConnectException("the host has %d connections to VMs".formatted(MAX_CONNECTIONS));
    }
    while (true) {
      int local = FIRST_EPHEMERAL | (nextPort.getAndIncrement() & (FIRST_EPHEMERAL - 1));
      VsockHeader request =
          new VsockHeader(
              VsockSwitch.HOST_CID,
              cid,
              local,
              port,
              0,
              VsockHeader.STREAM,
              VsockOp.REQUEST.code,
              0,
              HostVsockConnection.BUFFER,
              0);
      VsockConnection link = network.connection(station, guest, request);
      HostVsockConnection connection =
          new HostVsockConnection(network, station, link, new Waiters(host));
      connection.onChange(changed);
      synchronized (link) {
        link.host = connection;
        if (!network.enter(link)) {
          continue;
        }
        link.toward(station).update(request);
        if (guest.deliver(link, request, new byte[0], 0, 0, NOBODY) < 0) {
          network.close(link);
          throw new ConnectException(guest.name() + " takes no connection");
        }
        return connection;
      }
    }
  }

  private static void tellNobody() {
    // The attempt has failed, and whoever made it knows.
  }

  private final class Station implements VsockStation {
    @Override
    public long cid() {
      return VsockSwitch.HOST_CID;
    }

    @Override
    public String name() {
      return "the host";
    }

    @Override
    public boolean takesType(int type) {
      return type == VsockHeader.STREAM;
    }

    @Override
    public int deliver(
        VsockConnection link,
        VsockHeader header,
        byte[] data,
        int from,
        int length,
        Runnable whenRoom) {
      HostVsockConnection connection = link.host;
      if (connection != null) {
        return connection.receive(header, data, from, length);
      }
      return header.is(VsockOp.REQUEST) && admit(link) ? 0 : REFUSED;
    }

    private boolean admit(VsockConnection link) {
      HostVsockConnection connection =
          new HostVsockConnection(network, this, link, new Waiters(host));
      link.host = connection;
      HostVsockListener listener = listeners.get(link.portOf(this));
      if (listener != null) {
        return listener.offer(connection);
      }
      Door door = doors.get(link.peerOf(this).cid());
      return door != null && door.knock(connection);
    }

    @Override
    public void forget(Runnable whenRoom) {
      // Nobody waits for the host.
    }

    @Override
    public void reset(VsockConnection link, VsockHeader rst) {
      HostVsockConnection connection = link.host;
      if (connection != null) {
        connection.receive(rst, new byte[0], 0, 0);
      }
    }

    @Override
    public void insist(VsockHeader header) {
      // What belongs to no connection is of no interest here.
    }
  }

  /** Writes which port comes next. Connections of the host do not outlive the process. */
  @Override
  public void save(StateWriter out) {
    out.number(nextPort.get());
  }

  @Override
  public void restore(StateReader in) {
    nextPort.set(in.int32());
  }

  /** Ends all that is the host's. */
  void close() {
    listeners.values().forEach(HostVsockListener::close);
    network.resetAll(station);
  }
}
