// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A socket of a host that runs out of descriptors and has some again. */
final class AcceptorTest {
  @TempDir private Path directory;
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // a clock may wrap
  private final List<String> reports = new ArrayList<>();
  private @Nullable IOException failure;
  private int calls;

  private Acceptor acceptor(Acceptor.Source socket) {
    return new Acceptor(
        () -> {
          calls++;
          if (failure != null) {
            throw failure;
          }
          return socket.accept();
        },
        "a socket",
        now::get,
        reports::add);
  }

  @Test
  void aFailureIsReportedOnceAndTheSocketLeftAloneForAWhile() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path path = directory.resolve("socket");
      server.bind(UnixDomainSocketAddress.of(path));
      Acceptor acceptor = acceptor(server::accept);
      failure = new IOException("Too many open files");
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        for (int i = 0; i < 100; i++) {
          assertThat(acceptor.accept()).isNull();
        }
        assertThat(calls).isEqualTo(1);
        assertThat(acceptor.pauseNanos()).isEqualTo(Acceptor.PAUSE_NANOS);
        for (int i = 0; i < 10; i++) {
          now.addAndGet(Acceptor.PAUSE_NANOS);
          assertThat(acceptor.pauseNanos()).isZero();
          assertThat(acceptor.accept()).isNull();
        }
        assertThat(calls).isEqualTo(11);
        assertThat(reports)
            .containsExactly(
                "a socket: no client can be accepted: Too many open files; trying again");

        failure = null;
        now.addAndGet(Acceptor.PAUSE_NANOS);
        try (SocketChannel client = acceptor.accept()) {
          assertThat(client).as("who waited meanwhile").isNotNull();
        }
      }
    }
  }

  @Test
  void aLaterFailureIsReportedAgain() throws Exception {
    Acceptor acceptor = acceptor(() -> null);
    failure = new IOException("Too many open files");
    acceptor.accept();
    now.addAndGet(3_600_000_000_000L);
    acceptor.accept();
    assertThat(reports).hasSize(2);
  }

  @Test
  void aClosedSocketIsNoFailure() {
    Acceptor acceptor = acceptor(() -> null);
    failure = new ClosedChannelException();
    assertThatThrownBy(acceptor::accept).isInstanceOf(ClosedChannelException.class);
    assertThat(reports).isEmpty();
  }
}
