// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import tombolo.bench.suite.BenchmarkException;

/** A Unix-domain socket, blocking on both sides, with the system's own buffer sizes. */
final class SocketMedium implements Medium {
  private final Path bound;
  private final Path listening;
  private final int bytes;

  SocketMedium(Place place, int bytes) {
    this.bound = place.directory().resolve("bound");
    this.listening = place.directory().resolve("listening");
    this.bytes = bytes;
  }

  @Override
  public Sender sender() {
    SocketChannel channel =
        Patience.until(
            "a listening socket",
            () ->
                Files.exists(listening)
                    ? SocketChannel.open(UnixDomainSocketAddress.of(listening))
                    : null);
    return StreamEnds.sender(channel, bytes);
  }

  @Override
  public Receiver receiver(Arrivals arrivals) {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(bound));
      // The socket gets this name when it listens, and not before.
      Files.move(bound, listening, StandardCopyOption.ATOMIC_MOVE);
      return StreamEnds.receiver(server.accept(), arrivals);
    } catch (IOException e) {
      throw new BenchmarkException("cannot listen: " + e);
    }
  }
}
