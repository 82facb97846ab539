// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Acceptor;
import tombolo.machine.host.Clock;

/**
 * The socket at which other commands ask for the tables of a running topology ({@code tombolo ps},
 * {@code channels}, {@code top}) or act on its VMs ({@link VmCommands}). It is in the {@link
 * RuntimeDirectory}, has mode 0600, and is named after the process: {@code PID.sock}, or {@code
 * PID-N.sock} where that is taken. A client sends a request and a newline, gets the answer and an
 * empty line, and may ask again.
 *
 * <p>Faces the host: a daemon thread accepts clients, and each client has one of its own, which
 * ends with the connection. There are at most {@link #MOST_CLIENTS}; one more closes the connection
 * of the oldest, so that clients that neither ask nor read lock nobody out. If there can be no
 * socket, the topology runs all the same, and one line says so.
 */
public final class ControlSocket implements AutoCloseable {
  static final String SUFFIX = ".sock";

  /** So many processes with one number are enough. */
  private static final int MOST_OF_A_NUMBER = 1000;

  /** The most bytes of a request: a command, and a VM's name. Longer ones are nobody's. */
  private static final int LONGEST_REQUEST = 1024;

  /** How long the end of the run waits for clients that are being answered. */
  private static final long LAST_ANSWERS_NANOS = 500_000_000;

  /** The most clients at a time. */
  static final int MOST_CLIENTS = 16;

  private final TopologyView view;
  private final VmCommands commands;

  // Guarded by this.
  private final ArrayDeque<SocketChannel> clients = new ArrayDeque<>();
  private int answering;

  private final @Nullable ServerSocketChannel server;
  private final @Nullable Path path;

  /**
   * Opens the socket.
   *
   * @param err gets a warning if it can't be opened
   */
  public ControlSocket(TopologyView view, VmCommands commands, PrintWriter err) {
    this.view = view;
    this.commands = commands;
    @Nullable ServerSocketChannel opened = null;
    @Nullable Path where = null;
    try {
      Path directory = RuntimeDirectory.make();
      long process = ProcessHandle.current().pid();
      for (int number = 0; opened == null; number++) {
        where = directory.resolve(process + (number == 0 ? "" : "-" + number) + SUFFIX);
        opened = openIfFree(where, number);
      }
    } catch (IOException | UnsupportedOperationException e) {
      err.println("tombolo: warning: tombolo ps will not see this topology: " + e.getMessage());
      where = null;
    }
    server = opened;
    path = where;
    if (opened != null) {
      ServerSocketChannel listening = opened;
      Acceptor acceptor =
          new Acceptor(
              listening,
              "the control socket",
              Clock.system(),
              line -> err.println("tombolo: warning: " + line));
      Thread.ofPlatform()
          .daemon(true)
          .name("tombolo/control")
          .start(() -> accept(listening, acceptor));
    }
  }

  /**
   * Opens the socket, unless the name is taken. Whoever has it may live: processes of two PID
   * namespaces that share the directory can have the same number. One that is dead is removed by
   * the next client that asks it.
   */
  private static @Nullable ServerSocketChannel openIfFree(Path where, int number)
      throws IOException {
    try {
      return open(where);
    } catch (BindException e) {
      if (!Files.exists(where, LinkOption.NOFOLLOW_LINKS) || number == MOST_OF_A_NUMBER) {
        throw e;
      }
      return null;
    }
  }

  private static ServerSocketChannel open(Path where) throws IOException {
    ServerSocketChannel made = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      made.bind(UnixDomainSocketAddress.of(where));
      // Until here the directory alone keeps others out.
      Files.setPosixFilePermissions(where, PosixFilePermissions.fromString("rw-------"));
      return made;
    } catch (IOException e) {
      made.close();
      throw e;
    }
  }

  private void accept(ServerSocketChannel listening, Acceptor acceptor) {
    while (listening.isOpen()) {
      try {
        SocketChannel client = acceptor.accept();
        if (client != null) {
          start(client, acceptor);
        }
      } catch (IOException e) {
        return; // closed
      }
      LockSupport.parkNanos(this, acceptor.pauseNanos());
    }
  }

  private void start(SocketChannel client, Acceptor acceptor) throws IOException {
    enter(client);
    try {
      Thread.ofPlatform().daemon(true).name("tombolo/client").start(() -> serve(client));
    } catch (OutOfMemoryError e) { // of threads
      leave(client);
      client.close();
      acceptor.failed(e.getMessage());
    }
  }

  private void enter(SocketChannel client) throws IOException {
    @Nullable SocketChannel oldest;
    synchronized (this) {
      oldest = clients.size() == MOST_CLIENTS ? clients.poll() : null;
      clients.add(client);
    }
    if (oldest != null) {
      oldest.close();
    }
  }

  private synchronized void leave(SocketChannel client) {
    clients.remove(client);
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream requests = Channels.newInputStream(client);
      for (String line = request(requests); line != null; line = request(requests)) {
        answer(line, client);
      }
    } catch (IOException | IllegalArgumentException e) {
      // The client has gone, or is none of ours.
    } finally {
      leave(client);
    }
  }

  private void answer(String line, SocketChannel client) throws IOException {
    count(1);
    try {
      String text = VmCommands.isRequest(line) ? commands.answer(line) : view.table(line).toTabs();
      ByteBuffer answer = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
      while (answer.hasRemaining()) {
        client.write(answer);
      }
    } finally {
      count(-1);
    }
  }

  private synchronized void count(int more) {
    answering += more;
    notifyAll();
  }

  /** Returns the next line; null at the end, or if it is longer than any request. */
  private static @Nullable String request(InputStream from) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = from.read(); octet >= 0 && line.size() < LONGEST_REQUEST; ) {
      if (octet == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      line.write(octet);
      octet = from.read();
    }
    return null;
  }

  /**
   * Closes the socket. Waits for answers under way, among them that to the command which has ended
   * the run; but only for a moment, because a client need not read.
   */
  @Override
  public void close() {
    try {
      if (server != null && path != null) {
        server.close();
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // The next client removes a socket that nobody answers.
    }
    awaitAnswers();
  }

  private synchronized void awaitAnswers() {
    long end = System.nanoTime() + LAST_ANSWERS_NANOS;
    try {
      for (long left = LAST_ANSWERS_NANOS;
          answering > 0 && left > 0;
          left = end - System.nanoTime()) {
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
