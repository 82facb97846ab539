// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.topology.InputException;

/** Asks the topologies of this user that run in other processes, through their control sockets. */
public final class RunningTopologies {
  private RunningTopologies() {}

  /**
   * Returns a table of all of them, with the process's number as the first column; empty if none
   * runs.
   *
   * @param name of the table
   */
  public static Optional<Table> table(String name) {
    @Nullable Table all = null;
    for (Path socket : sockets()) {
      String pid = socket.getFileName().toString().split("[-.]", 2)[0];
      Optional<Table> one = ask(socket, name).map(table -> table.withColumn("pid", pid));
      if (one.isPresent()) {
        all = all == null ? one.get() : all.and(one.get());
      }
    }
    return Optional.ofNullable(all);
  }

  private static List<Path> sockets() {
    Path directory = RuntimeDirectory.path();
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(ControlSocket.SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new InputException(directory + ": " + e.getMessage());
    }
  }

  private static Optional<Table> ask(Path socket, String name) {
    try (SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        BufferedReader answer =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(server), StandardCharsets.UTF_8))) {
      server.write(ByteBuffer.wrap((name + "\n").getBytes(StandardCharsets.UTF_8)));
      StringBuilder text = new StringBuilder();
      for (String line = answer.readLine();
          line != null && !line.isEmpty();
          line = answer.readLine()) {
        text.append(line).append('\n');
      }
      return text.isEmpty() ? Optional.empty() : Optional.of(Table.ofTabs(text.toString()));
    } catch (ConnectException e) {
      remove(socket); // its process was killed
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it ends right now
    }
  }

  private static void remove(Path socket) {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Then the next one tries.
    }
  }
}
