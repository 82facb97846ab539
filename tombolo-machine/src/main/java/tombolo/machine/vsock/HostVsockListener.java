// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A port of the host's at which guests can connect; of {@link HostVsock#listen}, owned by who
 * called that. Thread-safe: its monitor guards what waits, and is taken after a connection's lock.
 */
public final class HostVsockListener implements AutoCloseable {
  /** Connections that may wait to be accepted. */
  public static final int BACKLOG = 128;

  private final HostVsock host;
  private final int port;
  // Guarded by this.
  private final ArrayDeque<HostVsockConnection> waiting = new ArrayDeque<>();
  private boolean closed;

  HostVsockListener(HostVsock host, int port) {
    this.host = host;
    this.port = port;
  }

  /** The port, 32 bits unsigned. */
  public int port() {
    return port;
  }

  /**
   * The next guest's connection; waits for one. Its owner is who calls this.
   *
   * @throws ClosedChannelException if the listener is closed, perhaps meanwhile
   */
  public synchronized HostVsockConnection accept()
      throws ClosedChannelException, InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    if (closed) {
      throw new ClosedChannelException();
    }
    return waiting.remove();
  }

  /** Takes a connection, whose lock is held; false if there is no room for it. */
  synchronized boolean offer(HostVsockConnection connection) {
    if (closed || waiting.size() == BACKLOG) {
      return false;
    }
    connection.accept();
    waiting.add(connection);
    notifyAll();
    return true;
  }

  /** Refuses guests from now on, and closes what was not accepted. */
  @Override
  public void close() {
    List<HostVsockConnection> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(waiting);
      waiting.clear();
      notifyAll();
    }
    host.forget(this);
    left.forEach(HostVsockConnection::close);
  }
}
