// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.CancelledKeyException;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import tombolo.machine.host.Acceptor;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

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
 * <p>Closing, also of one direction, is passed on both ways. One worker serves all connections and
 * never waits for one of them; it starts with the object, which its creator closes. Others put what
 * they have for it into {@link #news} or {@link #knocks}, and wake the selector.
 *
 * <p>Faces the host: a step blocks in the selector. On a host of one thread it only looks, and
 * comes back later. It has no state that outlives the process: a restore of the topology resets all
 * of its connections.
 */
public final class UnixVsock implements AutoCloseable {
  /** The most connections at a time, in both directions together. */
  public static final int MAX_CONNECTIONS = 1024;

  /** The time for which a worker that must not block leaves the sockets alone. */
  private static final long LOOK_NANOS = 1_000_000;

  private static final System.Logger LOG = System.getLogger(UnixVsock.class.getName());

  private final HostVsock host;
  private final long cid;
  private final Path path;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final SelectionKey serverKey;
  private final Acceptor acceptor;
  private final HostServices services;
  private final Task task;

  /** Pipes to look at, in the order in which they were named; its own monitor guards it. */
  private final Set<UnixPipe> news = new LinkedHashSet<>();

  private final Queue<HostVsockConnection> knocks = new LinkedBlockingQueue<>(MAX_CONNECTIONS);

  // Used by the worker alone.
  private final List<UnixPipe> pipes = new ArrayList<>();

  private volatile boolean closed;
  private volatile Consumer<Throwable> onFailure;

  /**
   * Opens the socket, readable and writable by this user alone, and starts the worker.
   *
   * @param cid the guest's
   * @param path of the socket, which is removed again by {@link #close}; what is left there of a
   *     process that has ended is replaced
   * @param vmName for the name of the worker
   * @param services run the worker
   * @throws IOException if there can be no socket, or if somebody listens there
   */
  public UnixVsock(HostVsock host, long cid, Path path, String vmName, HostServices services)
      throws IOException {
    this.host = host;
    this.cid = cid;
    this.path = path;
    removeStale(path);
    this.selector = Selector.open();
    try {
      this.server = listen(path);
      this.serverKey = server.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException e) {
      selector.close();
      throw e;
    }
    this.services = services;
    this.acceptor =
        new Acceptor(
            server,
            path.toString(),
            services.clock(),
            line -> LOG.log(System.Logger.Level.WARNING, line));
    this.onFailure = cause -> Failures.report(vmName, "the vsock socket failed", cause);
    Worker worker =
        new Worker() {
          @Override
          public long step() {
            return UnixVsock.this.step();
          }

          @Override
          public boolean failed(String name, Throwable cause) {
            onFailure.accept(cause);
            end();
            return true;
          }
        };
    this.task = services.scheduler().task(vmName + "/vsock-unix", Scheduler.Idle.PARK, worker);
    host.door(cid, this::knock);
    task.start();
  }

  private static ServerSocketChannel listen(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      server.configureBlocking(false);
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

  /** Sets who ends the VM's run when the worker has failed, for then nobody serves its sockets. */
  public void onFailure(Consumer<Throwable> listener) {
    onFailure = listener;
  }

  /** Takes a connection that a guest asks for; see {@link HostVsock.Door}. */
  private boolean knock(HostVsockConnection connection) {
    // The worker looks here once more after it is closed: what comes too late for that sees it.
    if (!knocks.offer(connection) || closed) {
      return false;
    }
    wakeWorker();
    return true;
  }

  /** Makes the worker look at a pipe. Any thread, with locks held. */
  private void wake(UnixPipe pipe) {
    synchronized (news) {
      news.add(pipe);
    }
    wakeWorker();
  }

  private void wakeWorker() {
    task.wake();
    selector.wakeup();
  }

  private long step() {
    boolean mayBlock = services.scheduler().stepsMayBlock();
    try {
      if (closed) {
        return end();
      }
      long pause = acceptor.pauseNanos();
      serverKey.interestOps(pause > 0 ? 0 : SelectionKey.OP_ACCEPT);
      if (mayBlock) {
        selector.select(this::ready, (pause + 999_999) / 1_000_000); // 0 is for ever
      } else {
        selector.selectNow(this::ready);
      }
    } catch (IOException | ClosedSelectorException | CancelledKeyException e) {
      return end();
    }
    for (HostVsockConnection next = knocks.poll(); next != null; next = knocks.poll()) {
      open(next);
    }
    takeNews().forEach(this::pump);
    return mayBlock ? Worker.AGAIN : services.clock().nanos() + LOOK_NANOS;
  }

  /** Takes the pipes to look at; what comes after this is for the next step. */
  private List<UnixPipe> takeNews() {
    synchronized (news) {
      List<UnixPipe> taken = List.copyOf(news);
      news.clear();
      return taken;
    }
  }

  private long end() {
    closed = true; // also where the selector has failed
    pipes.forEach(UnixPipe::close);
    knocks.forEach(HostVsockConnection::close);
    return Worker.DONE;
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

  /** Accepts a program at the socket. */
  private void accept() {
    try {
      SocketChannel program = acceptor.accept();
      if (program == null) {
        return;
      }
      try {
        if (pipes.size() < MAX_CONNECTIONS) {
          add(new UnixPipe(program, selector, this::connect, this::wake));
          return;
        }
      } catch (IOException e) {
        // The program has gone again.
      }
      program.close();
    } catch (IOException e) {
      // Closed; the next step ends.
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
    wakeWorker();
    task.awaitEnd();
    try {
      selector.close();
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Whoever opens it next removes what is left.
    }
  }
}
