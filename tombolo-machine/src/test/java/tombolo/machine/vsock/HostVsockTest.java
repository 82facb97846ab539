// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;

/** Java's sockets to guests, and what guests may do to them. */
@Timeout(60)
class HostVsockTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int BOTH = VsockHeader.NO_MORE_SENT | VsockHeader.NO_MORE_RECEIVED;

  private final VsockSwitch network = new VsockSwitch(HostServices.system());
  private final HostVsock host = network.host();
  private final TestGuest guest = new TestGuest(network, 3);
  private HostVsockListener listener;

  @BeforeEach
  void listen() {
    listener = host.listen(1024);
  }

  @AfterEach
  void close() {
    guest.close();
    network.close();
    assertThat(network.connections()).isZero();
  }

  private HostVsockConnection accepted() throws Exception {
    guest.send(2, 700, 1024, VsockOp.REQUEST);
    HostVsockConnection connection = listener.accept();
    guest.expect(VsockOp.RESPONSE);
    return connection;
  }

  private void shut(int flags) {
    guest.send(
        new VsockHeader(
            3,
            2,
            700,
            1024,
            0,
            VsockHeader.STREAM,
            VsockOp.SHUTDOWN.code,
            flags,
            TestGuest.WINDOW,
            0));
  }

  @Test
  void aGuestConnectsToAListener() throws Exception {
    try (HostVsockConnection connection = accepted()) {
      assertThat(connection.guestCid()).isEqualTo(3);
      assertThat(connection.guestPort()).isEqualTo(700);
      assertThat(connection.hostPort()).isEqualTo(1024);
      guest.send(2, 700, 1024, VsockOp.RW, "hello".getBytes(StandardCharsets.UTF_8));
      assertThat(connection.inputStream().readNBytes(5)).asString().isEqualTo("hello");
      connection.outputStream().write("you".getBytes(StandardCharsets.UTF_8));
      assertThat(guest.expect(VsockOp.RW).payload()).asString().isEqualTo("you");
    }
  }

  @Test
  void whereNobodyListensAGuestIsRefused() throws Exception {
    guest.send(2, 700, 1025, VsockOp.REQUEST);

    guest.expect(VsockOp.RST);
  }

  @Test
  void aPortHasOneListenerUntilItIsClosed() throws Exception {
    assertThatThrownBy(() -> host.listen(1024)).isInstanceOf(IllegalStateException.class);
    listener.close();
    guest.send(2, 700, 1024, VsockOp.REQUEST);
    guest.expect(VsockOp.RST);
    listener = host.listen(1024);
    accepted();
  }

  @Test
  void closingAListenerEndsAccept() throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    listener.accept();
                  } catch (ClosedChannelException | InterruptedException e) {
                    thrown.complete(e);
                  }
                });
    listener.close();
    thread.join();
    assertThat(thread.isAlive()).isFalse();
    assertThat(thrown.join()).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatWaitsToBeAcceptedIsBounded() throws Exception {
    for (int i = 0; i < HostVsockListener.BACKLOG; i++) {
      guest.send(2, i, 1024, VsockOp.REQUEST);
      guest.expect(VsockOp.RESPONSE);
    }
    guest.send(2, 999, 1024, VsockOp.REQUEST);

    guest.expect(VsockOp.RST);
  }

  @Test
  void theHostConnectsToAGuest() throws Exception {
    CompletableFuture<HostVsockConnection> connected = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> connected.complete(connect(5000)));
    VsockHeader request = guest.expect(VsockOp.REQUEST).header();
    assertThat(request.sourceCid()).isEqualTo(2);
    assertThat(request.bufferSize()).isEqualTo(HostVsockConnection.BUFFER);
    guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);
    try (HostVsockConnection connection = connected.join()) {
      connection.outputStream().write(42);
      assertThat(guest.expect(VsockOp.RW).payload()).containsExactly(42);
    }
    guest.expect(VsockOp.SHUTDOWN);
  }

  private HostVsockConnection connect(int port) {
    try {
      return host.connect(3, port, SOON);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aGuestThatRefusesAnswersAtOnce() throws Exception {
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                VsockHeader request = guest.expect(VsockOp.REQUEST).header();
                guest.send(2, 5000, request.sourcePort(), VsockOp.RST);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThatThrownBy(() -> host.connect(3, 5000, SOON))
        .isInstanceOf(ConnectException.class)
        .hasMessage("vm3: nobody listens at vsock port 5000");
  }

  @Test
  void aGuestThatDoesNotAnswerIsNotWaitedForWithoutEnd() throws Exception {
    assertThatThrownBy(() -> host.connect(3, 5000, Duration.ofMillis(20)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("vm3 did not answer in PT0.02S");
    guest.expect(VsockOp.REQUEST);
    guest.expect(VsockOp.RST);
  }

  @Test
  void thereHasToBeAGuest() {
    assertThatThrownBy(() -> host.connect(9, 5000, SOON))
        .isInstanceOf(ConnectException.class)
        .hasMessage("no VM has the CID 9");
    guest.stop();
    assertThatThrownBy(() -> host.connect(3, 5000, SOON))
        .isInstanceOf(ConnectException.class)
        .hasMessage("vm3 takes no connection");
  }

  @Test
  void aGuestThatSendsNoMoreIsReadToItsEndAndCanStillReceive() throws Exception {
    HostVsockConnection connection = accepted();
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);
    shut(VsockHeader.NO_MORE_SENT);

    assertThat(connection.inputStream().readAllBytes()).containsExactly(1);
    connection.outputStream().write(2);
    assertThat(guest.expect(VsockOp.RW).payload()).containsExactly(2);
    connection.close();
    assertThat(guest.expect(VsockOp.SHUTDOWN).header().flags()).isEqualTo(BOTH);
    guest.send(2, 700, 1024, VsockOp.RST);
    guest.awaitSent();
    assertThat(network.connections()).isZero();
  }

  @Test
  void aGuestThatEndsBothWaysGetsAnRstAndIsReadToItsEnd() throws Exception {
    HostVsockConnection connection = accepted();
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);
    shut(BOTH);

    guest.expect(VsockOp.RST);
    assertThat(connection.inputStream().readAllBytes()).containsExactly(1);
    assertThatThrownBy(() -> connection.outputStream().write(1))
        .isInstanceOf(SocketException.class);
  }

  @Test
  void aGuestThatReceivesNoMoreIsWrittenNothing() throws Exception {
    HostVsockConnection connection = accepted();
    shut(VsockHeader.NO_MORE_RECEIVED);
    guest.awaitSent();

    assertThatThrownBy(() -> connection.outputStream().write(1))
        .isInstanceOf(SocketException.class)
        .hasMessage("vm3 takes no more");
  }

  @Test
  void theHostCanEndOneWay() throws Exception {
    HostVsockConnection connection = accepted();
    connection.shutdownOutput();

    assertThat(guest.expect(VsockOp.SHUTDOWN).header().flags()).isEqualTo(VsockHeader.NO_MORE_SENT);
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 5);
    assertThat(connection.inputStream().read()).isEqualTo(5);
    assertThatThrownBy(() -> connection.outputStream().write(1))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void closingWithSomethingUnreadResets() throws Exception {
    HostVsockConnection connection = accepted();
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);
    guest.awaitSent();
    connection.close();

    guest.expect(VsockOp.RST);
  }

  @Test
  void whatComesAfterCloseIsAnsweredWithAnRst() throws Exception {
    accepted().close();
    guest.expect(VsockOp.SHUTDOWN);
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);

    guest.expect(VsockOp.RST);
  }

  @Test
  void theEndOfTheGuestIsAnErrorUnlessItHasSentAnEnd() throws Exception {
    HostVsockConnection connection = accepted();
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);
    guest.awaitSent();
    guest.stop();

    assertThat(connection.inputStream().read()).isEqualTo(1);
    assertThatThrownBy(() -> connection.inputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessage("reset by vm3");
  }

  @Test
  void theHostHoldsAsMuchAsItHasSaidAndSaysWhenThereIsRoomAgain() throws Exception {
    HostVsockConnection connection = accepted();
    byte[] half = new byte[HostVsockConnection.BUFFER / 2];
    guest.send(2, 700, 1024, VsockOp.RW, half);
    guest.send(2, 700, 1024, VsockOp.RW, half);
    guest.awaitSent();
    assertThat(guest.received).isEmpty();
    assertThat(connection.read(ByteBuffer.allocate(half.length))).isEqualTo(half.length);

    VsockHeader update = guest.expect(VsockOp.CREDIT_UPDATE).header();
    assertThat(update.bufferSize()).isEqualTo(HostVsockConnection.BUFFER);
    assertThat(update.forwarded()).isEqualTo(half.length);
    guest.send(2, 700, 1024, VsockOp.RW, half);
    guest.send(2, 700, 1024, VsockOp.CREDIT_REQUEST);
    guest.expect(VsockOp.CREDIT_UPDATE);
  }

  @Test
  void aGuestThatSendsMoreIsReset() throws Exception {
    HostVsockConnection connection = accepted();
    byte[] half = new byte[HostVsockConnection.BUFFER / 2];
    guest.send(2, 700, 1024, VsockOp.RW, half);
    guest.send(2, 700, 1024, VsockOp.RW, half);
    guest.send(2, 700, 1024, VsockOp.RW, (byte) 1);

    guest.expect(VsockOp.RST);
    assertThatThrownBy(() -> connection.inputStream().readAllBytes())
        .isInstanceOf(SocketException.class);
  }

  @Test
  void theHostWaitsUntilTheGuestHasRoom() throws Exception {
    HostVsockConnection connection = accepted();
    byte[] sent = new byte[TestGuest.WINDOW + 1000];
    sent[TestGuest.WINDOW] = 1;
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (OutputStream out = connection.outputStream()) {
                    out.write(sent);
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                });
    for (int got = 0; got < TestGuest.WINDOW; ) {
      got += guest.expect(VsockOp.RW).payload().length;
    }
    assertThat(connection.write(ByteBuffer.allocate(1))).isZero();
    guest.send(
        new VsockHeader(
            3,
            2,
            700,
            1024,
            0,
            VsockHeader.STREAM,
            VsockOp.CREDIT_UPDATE.code,
            0,
            TestGuest.WINDOW,
            TestGuest.WINDOW));
    assertThat(guest.expect(VsockOp.RW).payload()).hasSize(1000).startsWith(1);
    writer.join();
  }

  @Test
  void aGuestHasAsManyConnectionsAsItMay() throws Exception {
    for (int port = 0; port < VsockSwitch.MAX_CONNECTIONS; port++) {
      guest.send(2, port, 1024, VsockOp.REQUEST);
      listener.accept(); // and is not closed before the guest is
      guest.expect(VsockOp.RESPONSE);
    }
    guest.send(2, 9999, 1024, VsockOp.REQUEST);
    guest.expect(VsockOp.RST);
    guest.send(2, 0, 1024, VsockOp.RST);
    guest.send(2, 9999, 1024, VsockOp.REQUEST);
    guest.expect(VsockOp.RESPONSE);
  }

  @Test
  void anAttemptThatWasNeverAnsweredMakesRoomForAnother() throws Exception {
    try (TestGuest silent = new TestGuest(network, 4)) {
      for (int port = 0; port <= VsockSwitch.MAX_CONNECTIONS; port++) {
        guest.send(4, port, 1, VsockOp.REQUEST);
      }
      guest.awaitSent();
      for (int port = 0; port < VsockSwitch.MAX_CONNECTIONS; port++) {
        silent.expect(VsockOp.REQUEST);
      }
      assertThat(silent.expect(VsockOp.RST).header().sourcePort()).isZero();
      silent.expect(VsockOp.REQUEST);
      assertThat(network.connections()).isEqualTo(VsockSwitch.MAX_CONNECTIONS);
    }
  }
}
