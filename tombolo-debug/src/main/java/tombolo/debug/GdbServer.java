// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Acceptor;
import tombolo.machine.host.Clock;

/**
 * Listens for a debugger at a port of the host's loopback address, and serves one at a time; others
 * wait until it has gone. Whoever opens it closes it. Thread-safe.
 */
public final class GdbServer implements AutoCloseable {
  /** How long a session may take to end before its connection is cut. */
  private static final long PATIENCE_MILLIS = 1_000;

  private final Target target;
  private final ServerSocketChannel socket;
  private final Consumer<String> report;
  private final Acceptor acceptor;
  private final Thread thread;

  // Guarded by this.
  private @Nullable GdbSession session;
  private @Nullable SocketChannel connection;
  private boolean closed;

  private GdbServer(
      Target target, ServerSocketChannel socket, Clock clock, Consumer<String> report) {
    this.target = target;
    this.socket = socket;
    this.report = report;
    this.acceptor = new Acceptor(socket, "gdb", clock, report);
    this.thread =
        Thread.ofPlatform().name(target.name() + "/gdb").daemon(true).unstarted(this::accept);
  }

  /**
   * Opens a port; {@link #serve} begins to serve.
   *
   * @param port from 1 to 65535, or 0 for a free one
   * @param clock measures pauses
   * @param report is told in a line what goes wrong
   * @throws IOException if the port cannot be opened
   */
  public static GdbServer open(Target target, int port, Clock clock, Consumer<String> report)
      throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
    return new GdbServer(target, socket, clock, report);
  }

  /** Begins to serve. Called once. */
  public void serve() {
    thread.start();
  }

  /** Returns the port. */
  public int port() {
    return socket.socket().getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        @Nullable SocketChannel client = acceptor.accept();
        if (client == null) {
          LockSupport.parkNanos(Math.max(1, acceptor.pauseNanos()));
        } else {
          serve(client);
        }
      }
    } catch (ClosedChannelException e) {
      // Somebody has closed the server.
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      // Else a short answer behind an acknowledgement waits 40 ms for the debugger's.
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      GdbSession next = new GdbSession(target, client);
      synchronized (this) {
        if (closed) {
          return;
        }
        session = next;
        connection = client;
      }
      next.run();
    } catch (IOException e) {
      // The debugger has gone, in its own way.
    } catch (RuntimeException e) {
      report.accept("the debugger's session failed: " + e);
    } finally {
      synchronized (this) {
        session = null;
        connection = null;
      }
    }
  }

  /**
   * Tells the debugger that the run is over.
   *
   * @param status the VM's exit status, from 0 to 255
   */
  public void exited(int status) {
    @Nullable GdbSession present;
    synchronized (this) {
      present = session;
    }
    if (present != null) {
      present.exited(status);
    }
  }

  /** Ends the session, and listens no more. Does nothing when called again. */
  @Override
  public void close() {
    @Nullable GdbSession present;
    synchronized (this) {
      closed = true;
      present = session;
    }
    close(socket);
    if (present != null) {
      present.close();
    }
    boolean interrupted = !join(PATIENCE_MILLIS);
    synchronized (this) {
      if (connection != null) {
        close(connection); // the debugger does not read what the session writes
      }
    }
    interrupted |= !join(0);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void close(Closeable opened) {
    try {
      opened.close();
    } catch (IOException e) {
      report.accept("gdb's port could not be closed: " + e.getMessage());
    }
  }

  /**
   * Waits for the end of the thread.
   *
   * @param millis how long at the most; 0 for without end
   * @return whether nobody has interrupted this thread meanwhile
   */
  private boolean join(long millis) {
    boolean interrupted = false;
    boolean waits = thread.isAlive();
    while (waits) {
      try {
        thread.join(millis);
        waits = false;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return !interrupted;
  }
}
