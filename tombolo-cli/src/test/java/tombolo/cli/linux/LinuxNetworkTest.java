// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Guests;
import tombolo.cli.Tombolo;
import tombolo.testing.RequiredTool;

/**
 * Debian's kernel, with its own driver, in a network: with another guest, and with the host through
 * passt. With {@code -Dtombolo.bytes=1073741824} a whole GiB is sent each way.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class LinuxNetworkTest {
  private static final long BYTES = Long.getLong("tombolo.bytes", 8L << 20);
  private static final String LIMIT = BYTES > 64L << 20 ? "50m" : "4m";
  private static final List<String> DRIVER = List.of("failover", "net_failover", "virtio_net");
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 30_000;

  @TempDir private static Path directory;
  private static LinuxFiles linux;

  @BeforeAll
  static void findLinux() {
    linux = LinuxFiles.require();
  }

  private static Path initrd(String name, String script) throws IOException {
    Path file = Files.writeString(directory.resolve(name + ".sh"), script);
    Path initrd = directory.resolve(name + ".cpio");
    StringBuilder modules = new StringBuilder();
    for (String module : DRIVER) {
      modules.append(modules.isEmpty() ? "" : ",").append(linux.module(module));
    }
    Tombolo.Result result =
        new Tombolo().run("image", "--modules=" + modules, "--init=" + file, "--output=" + initrd);
    assertThat(result.err()).isEmpty();
    return initrd;
  }

  private static String vm(String name, Path initrd, String append, String... more) {
    return """
    [vm.%s]
    kernel = '%s'
    initrd = '%s'
    append = "console=ttyS0 quiet loglevel=1 %s"
    memory = "256 MiB"
    %s
    """
        .formatted(name, linux.kernel(), initrd, append, String.join("\n", more));
  }

  private static Tombolo.Result run(String... parts) throws IOException {
    Path file = Files.writeString(directory.resolve("topology.toml"), String.join("\n", parts));
    return new Tombolo().run("run", file.toString(), "--timeout", LIMIT);
  }

  /** The commands by which a guest sends bytes that both sides can make, and their sum. */
  private static final String BOTH =
      """
      #!/bin/sh
      mkfifo /silence
      bytes() { yes 'twenty bytes a line' | head -c "$bytes"; }
      send() { until bytes | nc "$1" "$2"; do sleep 0.1; done; }
      # Input without an end: at its end nc would tell the other side, which would go.
      receive() { nc -l -p "$1" <>/silence | sha256sum | cut -d ' ' -f 1; }
      ip link set lo up
      ip link set eth0 up
      """;

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"plic", "aia"})
  void twoGuestsReachEachOther(String interrupts) throws Exception {
    Path initrd =
        initrd(
            "pair",
            BOTH
                + """
                ip addr add 10.9.8.$address/24 dev eth0
                cat /sys/class/net/eth0/address
                case $address in
                  1)
                    until ping -c 1 -W 1 10.9.8.2 >/dev/null 2>&1; do :; done
                    ping -c 3 10.9.8.2 | grep received
                    send 10.9.8.2 5000
                    echo "one got: $(receive 6000)"
                    sleep 1 # until the other side knows
                    ;;
                  2)
                    echo "two got: $(receive 5000)"
                    send 10.9.8.1 6000
                    ;;
                esac
                """);

    Tombolo.Result result =
        run(
            "[network.lab]",
            vm(
                "one",
                initrd,
                "address=1 bytes=" + BYTES,
                "networks = ['lab']",
                "interrupts = '" + interrupts + "'"),
            vm(
                "two",
                initrd,
                "address=2 bytes=" + BYTES,
                "networks = ['lab']",
                "interrupts = '" + interrupts + "'"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    String sum = sum(text(BYTES));
    assertThat(result.out())
        .contains("02:54:4d:01:00:01", "02:54:4d:01:00:02")
        .contains("3 packets received", "one got: " + sum, "two got: " + sum);
  }

  @Test
  void theExampleFetchesAFileByHttp() throws Exception {
    Path script = Guests.repository().resolve("examples/linux-network.sh");
    Path initrd = initrd("example", Files.readString(script));

    Tombolo.Result result =
        run(
            "[network.lab]",
            vm("alice", initrd, "role=serve bytes=3000000", "networks = ['lab']"),
            vm("bob", initrd, "role=fetch", "networks = ['lab']"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .contains("1 packets received", "I fetched 3000000 bytes with the same sum.");
  }

  /** The commands of a guest behind passt. */
  private static final String OUTSIDE =
      BOTH
          + """
          ip addr add 10.0.2.15/24 dev eth0
          ip route add default via 10.0.2.2
          """;

  /** A program of the host that a guest connects to: returns the sum of what it gets. */
  private static FutureTask<String> receiver(ServerSocket listener) {
    FutureTask<String> task =
        new FutureTask<>(
            () -> {
              try (Socket guest = listener.accept()) {
                return sum(guest.getInputStream());
              }
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /** A program of the host that connects to a guest's port until that takes all it has to send. */
  private static FutureTask<Void> sender(int port, FutureTask<?> running) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              byte[] text = text(BYTES);
              while (!running.isDone()) {
                // passt accepts at once, and closes where the guest refuses.
                try (Socket guest = new Socket(InetAddress.getLoopbackAddress(), port)) {
                  guest.getOutputStream().write(text);
                  if (guest.getInputStream().read() == 'k') {
                    return null;
                  }
                } catch (IOException e) {
                  Thread.onSpinWait(); // the guest does not listen yet
                }
              }
              return null;
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /**
   * Returns a port below those that Linux gives to connections. At one of those, a program that
   * connects again and again until somebody listens would some time connect to itself.
   */
  private static int freePort() throws IOException {
    for (int port = FIRST_PORT; ; port++) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        if (port == LAST_PORT) {
          throw e;
        }
      }
    }
  }

  @Test
  void aGuestAndProgramsOfTheHostReachEachOther() throws Exception {
    RequiredTool.require("passt");
    int forwarded = freePort();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path initrd =
          initrd(
              "outside",
              OUTSIDE
                  + """
                  ip link show eth0 | grep -o 'mtu [0-9]*'
                  send 10.0.2.2 $port
                  cat >/serve <<END
                  #!/bin/sh
                  head -c $bytes | sha256sum | cut -d ' ' -f 1 >/sum
                  echo k
                  END
                  chmod +x /serve
                  nc -l -p 22 -e /serve
                  echo "guest got: $(cat /sum)"
                  sleep 1 # until the other side knows
                  """);
      String topology =
          "[network.internet]\noutside = true\nloopback = true\n"
              + vm(
                  "guest",
                  initrd,
                  "port=%d bytes=%d".formatted(listener.getLocalPort(), BYTES),
                  "networks = [{ name = 'internet', forwards = ['%d:22'] }]".formatted(forwarded));
      FutureTask<String> got = receiver(listener);
      FutureTask<Tombolo.Result> running = new FutureTask<>(() -> run(topology));
      FutureTask<Void> sent = sender(forwarded, running);
      running.run();

      Tombolo.Result result = running.get();
      String sum = sum(text(BYTES));
      assertThat(result.status()).as(result.out() + result.err()).isZero();
      assertThat(result.out()).contains("mtu 65520", "guest got: " + sum);
      assertThat(got.get(1, TimeUnit.MINUTES)).isEqualTo(sum);
      sent.get(1, TimeUnit.MINUTES);
      assertThat(passtProcesses()).as("processes left").isEmpty();
    }
  }

  private static List<String> passtProcesses() {
    return ProcessHandle.current()
        .descendants()
        .map(process -> process.info().command().orElse(""))
        .filter(command -> command.contains("passt"))
        .toList();
  }

  @Test
  void whatListensAtTheHostsLoopbackAddressIsOutOfReachByDefault() throws Exception {
    RequiredTool.require("passt");
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path initrd =
          initrd(
              "no-loopback",
              OUTSIDE
                  + """
                  nc -w 5 10.0.2.2 $port </dev/null && echo "reached" || echo "out of reach"
                  """);
      Tombolo.Result result =
          new Tombolo()
              .run(
                  "boot",
                  linux.kernel().toString(),
                  "--initrd=" + initrd,
                  "--network",
                  "--append=console=ttyS0 quiet port=" + listener.getLocalPort(),
                  "--timeout=4m");

      assertThat(result.status()).as(result.out() + result.err()).isZero();
      assertThat(result.out()).contains("out of reach");
    }
  }

  private static byte[] text(long length) {
    byte[] line = "twenty bytes a line\n".getBytes(StandardCharsets.US_ASCII);
    byte[] text = new byte[Math.toIntExact(length)];
    for (int i = 0; i < text.length; i++) {
      text[i] = line[i % line.length];
    }
    return text;
  }

  private static String sum(byte[] content) throws Exception {
    return sum(new ByteArrayInputStream(content));
  }

  private static String sum(InputStream content) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return HexFormat.of().formatHex(digest.digest());
  }
}
