// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Waiters;

/**
 * A port of the host's at which guests can connect; made by {@link HostVsock#listen}, owned by
 * whoever called that. Thread-safe: its monitor guards what waits, and is taken after a
 * connection's lock.
 */
public final class HostVsockListener implements AutoCloseable {
  /** The most connections that wait to be accepted. */
  public static final int BACKLOG = 128;

  private final HostVsock host;
  private final int port;
  private final Waiters waiters;

  // Guarded by this.
  private final ArrayDeque<HostVsockConnection> waiting = new ArrayDeque<>();
  private boolean closed;

  HostVsockListener(HostVsock host, int port, Waiters waiters) {
    this.host = host;
    this.waiters = waiters;
    this.port = port;
  }

  /** Returns the port, 32 bits unsigned. */
  public int port() {
    return port;
  }

  /**
   * Waits for the next guest's connection and returns it, which the caller owns then.
   *
   * @throws ClosedChannelException if the listener is closed, perhaps meanwhile
   */
  public HostVsockConnection accept() throws ClosedChannelException, InterruptedException {
    @Nullable HostVsockConnection next = poll();
    while (next == null) {
      waiters.await(this::hasNews, Long.MAX_VALUE);
      next = poll(); // null, if another thread was faster
    }
    return next;
  }

  private synchronized @Nullable HostVsockConnection poll() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return waiting.poll();
  }

  private synchronized boolean hasNews() {
    return closed || !waiting.isEmpty();
  }

  /** Takes a connection, whose lock is held; false if there is no room for it. */
  synchronized boolean offer(HostVsockConnection connection) {
    if (closed || waiting.size() == BACKLOG) {
      return false;
    }
    connection.accept();
    waiting.add(connection);
    waiters.tell();
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
    }
    waiters.tell();
    host.forget(this);
    left.forEach(HostVsockConnection::close);
  }
}
