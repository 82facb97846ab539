// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Guests;
import tombolo.cli.Tombolo;

/**
 * Processes of Debian's kernel that speak AF_VSOCK, through Debian's own driver: with each other,
 * and with programs of the host. With {@code -Dtombolo.bytes=1073741824} a whole GiB is sent.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class LinuxVsockTest {
  private static final long BYTES = Long.getLong("tombolo.bytes", 8L << 20);
  private static final long MEMORY = 256L << 20;
  private static final String LIMIT = BYTES > 64L << 20 ? "50m" : "4m";

  @TempDir private static Path directory;
  private static LinuxFiles linux;

  @BeforeAll
  static void findLinux() {
    linux = LinuxFiles.require();
  }

  private static String vm(String name, int cid, Path script, String append, long memory) {
    Path initrd = directory.resolve(name + ".cpio");
    Tombolo.Result result =
        new Tombolo().run("image", "--vsock", "--init=" + script, "--output=" + initrd);
    assertThat(result.err()).isEmpty();
    return """
    [vm.%s]
    kernel = '%s'
    initrd = '%s'
    append = "console=ttyS0 quiet loglevel=1 %s"
    memory = %d
    vsock-cid = %d
    """
        .formatted(name, linux.kernel(), initrd, append, memory, cid);
  }

  private static Tombolo.Result run(String... parts) throws IOException {
    Path file = Files.writeString(directory.resolve("topology.toml"), String.join("\n", parts));
    return new Tombolo().run("run", file.toString(), "--timeout", LIMIT);
  }

  @Test
  void aFileGoesFromOneGuestToAnotherAndItsSumsAreEqual() throws Exception {
    Path script = Guests.repository().resolve("examples/linux-vsock.sh");
    long memory = MEMORY + (BYTES + BYTES / 4 & -4096);

    Tombolo.Result result =
        run(
            vm("alice", 3, script, "role=send bytes=" + BYTES, memory),
            vm("bob", 4, script, "role=receive", memory));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("I received %d bytes with the same sum.".formatted(BYTES));
  }

  @Test
  void bothSidesSayThatWhoReadsTheRestHasGone() throws Exception {
    Path script =
        Files.writeString(
            directory.resolve("gone.sh"),
            """
            #!/bin/sh
            case $role in
              alice) head -c 8000000 /dev/zero | vsock-send 4 5000; echo "alice: $?" ;;
              bob) { vsock-recv 5000; echo "bob: $?" >&2; } | head -c 1 >/dev/null ;;
            esac
            """);

    Tombolo.Result result =
        run(vm("alice", 3, script, "role=alice", MEMORY), vm("bob", 4, script, "role=bob", MEMORY));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .contains("vsock-send: the connection: Broken pipe", "alice: 1")
        .contains("vsock-recv: standard output: Broken pipe", "bob: 1");
  }

  @Test
  void programsOfTheHostAndOfAGuestReachEachOther() throws Exception {
    Path socket = directory.resolve("guest.sock");
    Path script =
        Files.writeString(
            directory.resolve("echo.sh"),
            """
            #!/bin/sh
            vsock-send --timeout 0 2 6001 /dev/null
            echo "nobody: $?"
            vsock-recv -o /tmp/file 5000 || exit 1
            vsock-send 2 6000 /tmp/file || exit 2
            """);
    byte[] sent = new byte[3 << 20];
    new Random(1).nextBytes(sent);
    String guest = vm("guest", 3, script, "", MEMORY) + "vsock-socket = '%s'\n".formatted(socket);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(directory.resolve("guest.sock_6000")));
      FutureTask<Tombolo.Result> running = new FutureTask<>(() -> runAndClose(guest, listener));
      FutureTask<Void> sending = new FutureTask<>(() -> send(socket, sent, running));
      Thread.ofPlatform().daemon().start(running);
      Thread.ofPlatform().daemon().start(sending);

      try (SocketChannel program = listener.accept()) {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        Channels.newInputStream(program).transferTo(got);
        assertThat(got.toByteArray()).isEqualTo(sent);
      }
      sending.get();
      Tombolo.Result result = running.get();
      assertThat(result.status()).as(result.out() + result.err()).isZero();
      assertThat(result.out()).contains("nobody: 124");
      assertThat(socket).doesNotExist();
    }
  }

  /** When the guest has ended nobody comes any more: who still waits for it fails. */
  private static Tombolo.Result runAndClose(String guest, ServerSocketChannel listener)
      throws IOException {
    try (listener) {
      return run(guest);
    }
  }

  /** Asks for the guest's port until somebody listens there, and sends. */
  private static Void send(Path socket, byte[] bytes, FutureTask<?> running) {
    while (!running.isDone()) {
      try (SocketChannel program = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        program.write(ByteBuffer.wrap("CONNECT 5000\n".getBytes(StandardCharsets.US_ASCII)));
        InputStream in = Channels.newInputStream(program);
        if (in.read() != 'O') {
          continue; // refused: the guest has not got so far
        }
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          program.write(left);
        }
        program.shutdownOutput();
        in.transferTo(new ByteArrayOutputStream()); // until the guest has taken everything
        return null;
      } catch (IOException e) {
        Thread
            .onSpinWait(); // there is no socket yet, or it was closed before the question was read
      }
    }
    return null;
  }
}
