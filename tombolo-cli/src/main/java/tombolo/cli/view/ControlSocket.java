// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

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
import org.jspecify.annotations.Nullable;

/**
 * The socket at which {@code tombolo ps}, {@code channels} and {@code top} ask a running topology.
 * It is in the {@link RuntimeDirectory}, has mode 0600, and is named after the process: {@code
 * PID.sock}, or {@code PID-N.sock} where that is taken. A client sends the name of a table and a
 * newline, gets the table and an empty line, and may ask again.
 *
 * <p>Faces the host: a daemon thread accepts clients, and each client has one of its own, which
 * ends with the connection. If there can be no socket, the topology runs all the same, and one line
 * says so.
 */
public final class ControlSocket implements AutoCloseable {
  static final String SUFFIX = ".sock";

  /** So many processes with one number are enough. */
  private static final int MOST_OF_A_NUMBER = 1000;

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
      Thread.ofPlatform().daemon(true).name("tombolo/control").start(() -> accept(listening));
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

  private void accept(ServerSocketChannel listening) {
    while (listening.isOpen()) {
      try {
        SocketChannel client = listening.accept();
        Thread.ofPlatform().daemon(true).name("tombolo/client").start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
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
