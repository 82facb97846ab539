// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/** Programs of the host and a guest, by Unix-domain sockets. */
@Timeout(60)
class UnixVsockTest {
  @TempDir private Path directory;
  private final VsockSwitch network = new VsockSwitch(HostServices.system());
  private final TestGuest guest = new TestGuest(network, 3);
  private Path path;
  private UnixVsock socket;

  @BeforeEach
  void open() throws IOException {
    path = directory.resolve("v.sock");
    socket = new UnixVsock(network.host(), 3, path, "vm3", HostServices.system());
  }

  @AfterEach
  void close() {
    socket.close();
    guest.close();
    network.close();
    assertThat(path).doesNotExist();
    assertThat(network.connections()).isZero();
  }

  private SocketChannel program(String request) throws IOException {
    SocketChannel program = SocketChannel.open(UnixDomainSocketAddress.of(path));
    write(program, request);
    return program;
  }

  private static void write(SocketChannel to, String text) throws IOException {
    to.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Reads so many bytes, or those before the end. */
  private static String read(SocketChannel from, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining() && from.read(into) >= 0) {
      // Until there is enough.
    }
    return new String(into.array(), 0, into.position(), StandardCharsets.US_ASCII);
  }

  private ServerSocketChannel listen(int port) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return listener.bind(UnixDomainSocketAddress.of(directory.resolve("v.sock_" + port)));
  }

  private void shut(int port, int hostPort, int flags) {
    guest.send(
        new VsockHeader(
            3,
            2,
            port,
            hostPort,
            0,
            VsockHeader.STREAM,
            VsockOp.SHUTDOWN.code,
            flags,
            TestGuest.WINDOW,
            0));
  }

  @Test
  void aProgramConnectsToAPortOfTheGuest() throws Exception {
    connectAndTalk();
  }

  private void connectAndTalk() throws Exception {
    try (SocketChannel program = program("CONNECT 5000\n")) {
      VsockHeader request = guest.expect(VsockOp.REQUEST).header();
      assertThat(request.destinationPort()).isEqualTo(5000);
      guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);
      String answer = "OK %d\n".formatted(request.sourcePort());
      assertThat(read(program, answer.length())).isEqualTo(answer);
      write(program, "ping");
      assertThat(guest.expect(VsockOp.RW).payload()).asString().isEqualTo("ping");
      guest.send(
          2, 5000, request.sourcePort(), VsockOp.RW, "pong".getBytes(StandardCharsets.UTF_8));
      assertThat(read(program, 4)).isEqualTo("pong");
      shut(5000, request.sourcePort(), 3);
      assertThat(read(program, 1)).isEmpty();
    }
  }

  @Test
  void whatFollowsTheRequestIsForTheGuest() throws Exception {
    try (SocketChannel program = program("CONNECT 5000\nearly")) {
      VsockHeader request = guest.expect(VsockOp.REQUEST).header();
      guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);

      assertThat(guest.expect(VsockOp.RW).payload()).asString().isEqualTo("early");
      assertThat(read(program, 3)).isEqualTo("OK ");
    }
  }

  @Test
  void aProgramThatIsRefusedGetsTheEnd() throws Exception {
    try (SocketChannel program = program("CONNECT 5000\n")) {
      VsockHeader request = guest.expect(VsockOp.REQUEST).header();
      guest.send(2, 5000, request.sourcePort(), VsockOp.RST);

      assertThat(read(program, 1)).isEmpty();
    }
  }

  @Test
  void aProgramGetsTheEndWhereThereIsNoDriver() throws Exception {
    guest.stop();
    try (SocketChannel program = program("CONNECT 5000\n")) {
      assertThat(read(program, 1)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\n",
        "CONNECT\n",
        "CONNECT x\n",
        "CONNECT -1\n",
        "CONNECT 4294967296\n",
        "\n",
        "CONNECT 5000 and more than any request has\n"
      })
  void whatIsNoRequestGetsTheEnd(String request) throws Exception {
    try (SocketChannel program = program(request)) {
      assertThat(read(program, 1)).isEmpty();
    }
    assertThat(guest.received).isEmpty();
  }

  @Test
  void aProgramThatGoesBeforeItAskedIsForgotten() throws Exception {
    program("CONN").close();
    connectAndTalk();
  }

  @Test
  void theGuestConnectsToAProgramThatListens() throws Exception {
    try (ServerSocketChannel listener = listen(6000)) {
      guest.send(2, 700, 6000, VsockOp.REQUEST);
      guest.expect(VsockOp.RESPONSE);
      guest.send(2, 700, 6000, VsockOp.RW, "hello".getBytes(StandardCharsets.UTF_8));
      try (SocketChannel program = listener.accept()) {
        assertThat(read(program, 5)).isEqualTo("hello");
        write(program, "bye");
        assertThat(guest.expect(VsockOp.RW).payload()).asString().isEqualTo("bye");
      }
      assertThat(guest.expect(VsockOp.SHUTDOWN).header().flags() & VsockHeader.NO_MORE_SENT)
          .isEqualTo(VsockHeader.NO_MORE_SENT);
    }
  }

  @Test
  void whereNoProgramListensTheGuestIsRefused() throws Exception {
    guest.send(2, 700, 6000, VsockOp.REQUEST);
    guest.expect(VsockOp.RST);
    listen(6000).close(); // a socket that nobody answers is left behind
    guest.send(2, 700, 6000, VsockOp.REQUEST);
    guest.expect(VsockOp.RST);
  }

  @Test
  void whatWaitsForTheThreadIsBounded() throws Exception {
    try (TestGuest other = new TestGuest(network, 4);
        UnixVsock _ =
            new UnixVsock(network.host(), 4, directory.resolve("w"), "vm4", neverStepped())) {
      for (int port = 0; port < UnixVsock.MAX_CONNECTIONS; port++) {
        other.send(2, port, 6000, VsockOp.REQUEST);
        other.send(2, port, 6000, VsockOp.RST); // it may ask for another
      }
      other.awaitSent();
      assertThat(other.received).isEmpty();
      other.send(2, 9999, 6000, VsockOp.REQUEST);

      other.expect(VsockOp.RST);
    }
  }

  /** Makes services whose workers are never stepped. */
  private static HostServices neverStepped() {
    SteppedHost stepped = new SteppedHost(1);
    Scheduler scheduler =
        new Scheduler() {
          @Override
          public Task task(String name, Idle idle, Worker worker) {
            return stepped.services().scheduler().task(name, idle, () -> Worker.DONE);
          }

          @Override
          public void park(long nanos) {
            throw new AssertionError();
          }

          @Override
          public void unpark(Thread thread) {
            throw new AssertionError();
          }
        };
    return new HostServices(stepped.services().clock(), scheduler, stepped.services().random());
  }

  @Test
  void javaThatListensGoesFirst() throws Exception {
    try (ServerSocketChannel listener = listen(6000);
        HostVsockListener java = network.host().listen(6000)) {
      guest.send(2, 700, 6000, VsockOp.REQUEST);
      guest.expect(VsockOp.RESPONSE);
      java.accept().close();
      listener.configureBlocking(false);
      assertThat(listener.accept()).isNull();
    }
  }

  @Test
  void anotherGuestHasNoPartInIt() throws Exception {
    try (ServerSocketChannel _ = listen(6000);
        TestGuest other = new TestGuest(network, 4)) {
      other.send(2, 700, 6000, VsockOp.REQUEST);

      other.expect(VsockOp.RST);
    }
  }

  @Test
  void aProgramThatDoesNotReadHoldsUpItsGuestAlone() throws Exception {
    try (ServerSocketChannel listener = listen(6000)) {
      guest.send(2, 700, 6000, VsockOp.REQUEST);
      guest.expect(VsockOp.RESPONSE);
      try (SocketChannel lazy = listener.accept()) {
        for (int i = 0; i < 2; i++) {
          guest.send(2, 700, 6000, VsockOp.RW, new byte[64 << 10]);
        }
        guest.awaitSent();
        try (SocketChannel _ = program("CONNECT 5000\n")) {
          TestGuest.Packet next = guest.next();
          while (next.header().is(VsockOp.CREDIT_UPDATE)) {
            next = guest.next();
          }
          assertThat(next.header().is(VsockOp.REQUEST)).isTrue();
        }
        assertThat(lazy.isOpen()).isTrue();
      }
    }
  }

  private void tellCredit(VsockOp op, VsockHeader request, int bufferSize, int forwarded) {
    guest.send(
        new VsockHeader(
            3,
            2,
            request.destinationPort(),
            request.sourcePort(),
            0,
            VsockHeader.STREAM,
            op.code,
            0,
            bufferSize,
            forwarded));
  }

  @Test
  void allThatAProgramSentBeforeItClosedArrivesAlthoughItReadNothing() throws Exception {
    SocketChannel program = program("CONNECT 5000\n");
    VsockHeader request = guest.expect(VsockOp.REQUEST).header();
    byte[] sent = new byte[100_000];
    new Random(1).nextBytes(sent);
    ByteBuffer left = ByteBuffer.wrap(sent);
    while (left.hasRemaining()) {
      program.write(left);
    }
    program.close(); // before there is anything to read
    guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);

    ByteArrayOutputStream got = new ByteArrayOutputStream();
    TestGuest.Packet next = guest.next();
    for (; !isEnd(next); next = guest.next()) {
      got.write(next.payload());
      tellCredit(VsockOp.CREDIT_UPDATE, request, TestGuest.WINDOW, got.size());
    }
    assertThat(next.header().is(VsockOp.SHUTDOWN)).as("an orderly end").isTrue();
    assertThat(got.toByteArray()).isEqualTo(sent);
  }

  /** Returns whether the guest gets nothing more after this packet. */
  private static boolean isEnd(TestGuest.Packet packet) {
    return packet.header().is(VsockOp.RST)
        || (packet.header().is(VsockOp.SHUTDOWN)
            && (packet.header().flags() & VsockHeader.NO_MORE_SENT) != 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {VsockHeader.NO_MORE_RECEIVED, 3})
  void allThatAGuestSentBeforeItClosedArrivesAlthoughItReadNothing(int flags) throws Exception {
    try (SocketChannel program = program("CONNECT 5000\nwhat the guest has no room for")) {
      VsockHeader request = guest.expect(VsockOp.REQUEST).header();
      tellCredit(VsockOp.RESPONSE, request, 0, 0);
      String answer = "OK %d\n".formatted(request.sourcePort());
      assertThat(read(program, answer.length())).isEqualTo(answer);
      byte[] sent = "0123456789".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
      for (int at = 0; at < sent.length; at += 50_000) {
        byte[] part = Arrays.copyOfRange(sent, at, at + 50_000);
        guest.send(
            new VsockHeader(
                3,
                2,
                5000,
                request.sourcePort(),
                part.length,
                VsockHeader.STREAM,
                VsockOp.RW.code,
                0,
                0,
                0),
            part);
      }
      shut(5000, request.sourcePort(), flags);
      assertThat(read(program, sent.length)).isEqualTo(new String(sent, StandardCharsets.US_ASCII));
      assertThatThrownBy(
              () -> {
                while (true) { // until the end of the guest's receiving has come here
                  write(program, "x");
                }
              })
          .isInstanceOf(IOException.class);
      shut(5000, request.sourcePort(), 3);
      // What it wrote and nobody read is lost, which it is told at the end, if it was not before.
      try {
        assertThat(read(program, 1)).isEmpty();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
  }

  @Test
  void aGuestWhoseBytesAProgramHasNotReadIsReset() throws Exception {
    SocketChannel program = program("CONNECT 5000\n");
    VsockHeader request = guest.expect(VsockOp.REQUEST).header();
    guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);
    guest.send(2, 5000, request.sourcePort(), VsockOp.RW, new byte[100]);
    String answer = "OK %d\n".formatted(request.sourcePort());
    read(program, answer.length() + 1); // not all
    write(program, "last words");
    program.close();

    assertThat(guest.expect(VsockOp.RW).payload()).asString().isEqualTo("last words");
    TestGuest.Packet next = guest.expect(VsockOp.SHUTDOWN);
    while (!isEnd(next)) {
      next = guest.expect(VsockOp.SHUTDOWN); // one for each direction
    }
    guest.expect(VsockOp.RST);
  }

  @Test
  void theEndOfTheGuestIsTheEndForPrograms() throws Exception {
    try (SocketChannel program = program("CONNECT 5000\n")) {
      VsockHeader request = guest.expect(VsockOp.REQUEST).header();
      guest.send(2, 5000, request.sourcePort(), VsockOp.RESPONSE);
      assertThat(read(program, 3)).isEqualTo("OK ");
      guest.stop();
      read(program, 100);
    }
  }

  @Test
  void aSocketThatSomebodyAnswersIsNotTaken() {
    assertThatThrownBy(() -> new UnixVsock(network.host(), 4, path, "vm4", HostServices.system()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("somebody listens there");
  }

  @Test
  void aFileIsNotReplacedAndASocketThatNobodyAnswersIs() throws Exception {
    Path other = directory.resolve("other");
    Files.writeString(other, "text");
    assertThatThrownBy(() -> new UnixVsock(network.host(), 4, other, "vm4", HostServices.system()))
        .hasMessage("there is a file that is no socket");
    assertThat(other).hasContent("text");
    Files.delete(other);
    ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    stale.bind(UnixDomainSocketAddress.of(other));
    stale.close();
    new UnixVsock(network.host(), 4, other, "vm4", HostServices.system()).close();
  }
}
