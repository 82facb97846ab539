// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import tombolo.machine.host.Scheduler;

/**
 * Unix-domain sockets by which any program of the host reaches one guest's vsock ports, and the
 * guest reaches programs, in the way that Firecracker's users know:
 *
 * <ul>
 *   <li>A program connects to the socket, writes {@code CONNECT <port>} and a newline, and gets
 *       {@code OK <number>} and a newline, and then the connection to the guest's port; or the end,
 *       if nobody listens there.
 *   <li>A guest that connects to port P of CID 2 gets whoever listens at the path followed by
 *       {@code _P}; where nobody does it is refused.
 * </ul>
 *
 * <p>Closing, also of one direction, is passed on both ways. One thread serves all connections and
 * never waits for one of them; it starts with the object, which its creator closes. What others
 * have for that thread they put into {@link #news} or {@link #knocks} and wake the selector.
 */
public final class UnixVsock implements AutoCloseable {
  /** Connections at a time, in both directions together. */
  public static final int MAX_CONNECTIONS = 1024;

  private final HostVsock host;
  private final long cid;
  private final Path path;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final Thread thread;
  private final Set<UnixPipe> news = ConcurrentHashMap.newKeySet();
  private final Queue<HostVsockConnection> knocks = new LinkedBlockingQueue<>(MAX_CONNECTIONS);

  // Used by the thread alone.
  private final List<UnixPipe> pipes = new ArrayList<>();

  private volatile boolean closed;

  /**
   * Opens the socket, readable and writable by this user alone.
   *
   * @param cid the guest's
   * @param path of the socket, which is removed again by {@link #close}; what is left there of a
   *     process that has ended is replaced
   * @param vmName for the name of the thread
   * @param scheduler where the thread comes from
   * @throws IOException if there can be no socket, or if somebody listens there
   */
  public UnixVsock(HostVsock host, long cid, Path path, String vmName, Scheduler scheduler)
      throws IOException {
    this.host = host;
    this.cid = cid;
    this.path = path;
    removeStale(path);
    this.selector = Selector.open();
    try {
      this.server = listen(path, selector);
    } catch (IOException e) {
      selector.close();
      throw e;
    }
    host.door(cid, this::knock);
    this.thread = scheduler.startThread(vmName + "/vsock-unix", this::run);
  }

  private static ServerSocketChannel listen(Path path, Selector selector) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** Removes a socket that nobody listens at. */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
      throw new IOException("there is a file that is no socket");
    }
    try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new IOException("somebody listens there: " + other.getRemoteAddress());
    } catch (ConnectException e) {
      Files.delete(path);
    }
  }

  /** A guest wants a connection; see {@link HostVsock.Door}. */
  private boolean knock(HostVsockConnection connection) {
    // The thread looks here once more after it is closed: what comes too late for that sees it.
    if (!knocks.offer(connection) || closed) {
      return false;
    }
    selector.wakeup();
    return true;
  }

  /** There is news for a pipe. Any thread, with locks held. */
  private void wake(UnixPipe pipe) {
    news.add(pipe);
    selector.wakeup();
  }

  private void run() {
    while (!closed) {
      try {
        selector.select(this::ready);
      } catch (IOException | ClosedSelectorException e) {
        break;
      }
      for (HostVsockConnection next = knocks.poll(); next != null; next = knocks.poll()) {
        open(next);
      }
      for (UnixPipe pipe : List.copyOf(news)) {
        news.remove(pipe); // before the look at it
        pump(pipe);
      }
    }
    closed = true; // also where the selector has failed
    pipes.forEach(UnixPipe::close);
    knocks.forEach(HostVsockConnection::close);
  }

  private void ready(SelectionKey key) {
    if (key.attachment() instanceof UnixPipe pipe) {
      pump(pipe);
    } else if (key.isAcceptable()) {
      accept();
    }
  }

  private void pump(UnixPipe pipe) {
    if (!pipe.pump()) {
      pipe.close();
      pipes.remove(pipe);
    }
  }

  /** A program has connected to the socket. */
  private void accept() {
    try {
      SocketChannel program = server.accept();
      if (program == null) {
        return;
      }
      if (pipes.size() >= MAX_CONNECTIONS) {
        program.close();
        return;
      }
      add(new UnixPipe(program, selector, this::connect, this::wake));
    } catch (IOException e) {
      // It has gone again.
    }
  }

  private HostVsockConnection connect(int port, Runnable changed) throws IOException {
    return host.begin(cid, port, changed);
  }

  /** Connects a guest with the program that listens at the port's socket. */
  private void open(HostVsockConnection guest) {
    Path listener =
        path.resolveSibling(path.getFileName() + "_" + Integer.toUnsignedString(guest.hostPort()));
    try {
      SocketChannel program = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        program.configureBlocking(false);
        // It answers at once, or has no room for one more.
        if (pipes.size() < MAX_CONNECTIONS
            && program.connect(UnixDomainSocketAddress.of(listener))) {
          UnixPipe pipe = new UnixPipe(program, selector, guest, this::wake);
          guest.accept();
          add(pipe);
          return;
        }
      } catch (IOException e) {
        // Nobody listens there.
      }
      program.close();
    } catch (IOException e) {
      // No more descriptors: as if nobody listened.
    }
    guest.close();
  }

  private void add(UnixPipe pipe) {
    pipes.add(pipe);
    pump(pipe);
  }

  /** Ends all connections, refuses guests and removes the socket. */
  @Override
  public void close() {
    closed = true;
    host.door(cid, null);
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      selector.close();
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The next one who opens it removes what is left.
    }
  }
}
