// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import org.jspecify.annotations.Nullable;

/**
 * Where {@code tombolo ps}, {@code channels} and {@code top} ask a running topology: a socket in
 * the {@link RuntimeDirectory}, mode 0600, called after the process. A client sends the name of a
 * table and a newline, gets the table and an empty line, and may ask again.
 *
 * <p>Each client has a daemon thread of its own, which ends with the connection. A topology runs
 * also where there can be no socket: then one line says so.
 */
final class ControlSocket implements AutoCloseable {
  static final String SUFFIX = ".sock";

  /** Longer requests are nobody's. */
  private static final int LONGEST_REQUEST = 64;

  private final TopologyView view;
  private final @Nullable ServerSocketChannel server;
  private final @Nullable Path path;

  /**
   * Opens the socket.
   *
   * @param err where to say that it can't be
   */
  ControlSocket(TopologyView view, PrintWriter err) {
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
      Thread.ofPlatform().daemon(true).name("tombolo/control").start(() -> accept(listening));
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
    try (client;
        BufferedReader requests =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8),
                LONGEST_REQUEST)) {
      for (String name = requests.readLine(); name != null; name = requests.readLine()) {
        String answer;
        try {
          answer = view.table(name).toTabs();
        } catch (IllegalArgumentException e) {
          return; // no client of ours
        }
        ByteBuffer bytes = ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          client.write(bytes);
        }
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  @Override
  public void close() {
    try {
      if (server != null && path != null) {
        server.close();
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // A socket that nobody answers is removed by the next one who asks.
    }
  }
}
