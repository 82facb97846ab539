// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Acceptor;
import tombolo.machine.host.Clock;

/**
 * The socket at which {@code tombolo ps}, {@code channels} and {@code top} ask a running topology.
 * It is in the {@link RuntimeDirectory}, has mode 0600, and is named after the process. A client
 * sends the name of a table and a newline, gets the table and an empty line, and may ask again.
 *
 * <p>Faces the host: a daemon thread accepts clients, and each client has one of its own, which
 * ends with the connection. If there can be no socket, the topology runs all the same, and one line
 * says so.
 */
public final class ControlSocket implements AutoCloseable {
  static final String SUFFIX = ".sock";

  /** Longer requests are nobody's. */
  private static final int LONGEST_REQUEST = 64;

  private final TopologyView view;
  private final @Nullable ServerSocketChannel server;
  private final @Nullable Path path;

  /**
   * Opens the socket.
   *
   * @param err gets a warning if it can't be opened
   */
  public ControlSocket(TopologyView view, PrintWriter err) {
    this.view = view;
    @Nullable ServerSocketChannel opened = null;
    @Nullable Path where = null;
    try {
      where = RuntimeDirectory.make().resolve(ProcessHandle.current().pid() + SUFFIX);
      opened = open(where);
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

  private static ServerSocketChannel open(Path where) throws IOException {
    Files.deleteIfExists(where); // of a process that had this number before
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
    try {
      Thread.ofPlatform().daemon(true).name("tombolo/client").start(() -> serve(client));
    } catch (OutOfMemoryError e) { // of threads
      client.close();
      acceptor.failed(e.getMessage());
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream requests = Channels.newInputStream(client);
      for (String name = request(requests); name != null; name = request(requests)) {
        ByteBuffer answer =
            ByteBuffer.wrap((view.table(name).toTabs() + "\n").getBytes(StandardCharsets.UTF_8));
        while (answer.hasRemaining()) {
          client.write(answer);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // The client has gone, or is none of ours.
    }
  }

  /** Returns the next line; null at the end, or if it is longer than any request. */
  private static @Nullable String request(InputStream from) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet = from.read(); octet >= 0 && line.length() < LONGEST_REQUEST; ) {
      if (octet == '\n') {
        return line.toString();
      }
      line.append((char) octet);
      octet = from.read();
    }
    return null;
  }

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
  }
}
