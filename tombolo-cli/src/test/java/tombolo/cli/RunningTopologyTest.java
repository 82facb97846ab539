// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking at a topology from another process: ps, channels, top, and the socket that they ask. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningTopologyTest {
  @TempDir private Path directory;
  private Path runtime;
  private Installation installation;

  @BeforeEach
  void install() throws IOException {
    runtime = Files.createDirectory(directory.resolve("run"));
    installation = Installation.in(directory.resolve("installation")).withRuntime(runtime);
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private Installation.Run greeterAlone() throws IOException {
    String file =
        new TopologyText()
            .vm("alice", "greeter", "")
            .vm("bob", "idle", "")
            .channel("greetings", "alice", "bob", 1, "16 KiB")
            .write(directory);
    Installation.Run run = installation.start("run", file);
    run.readUntil("I wrote");
    return run;
  }

  private List<Path> sockets() throws IOException {
    try (Stream<Path> files = Files.list(runtime.resolve("tombolo"))) {
      return files.toList();
    }
  }

  @Test
  void psShowsTheVms() throws Exception {
    greeterAlone();

    Installation.Result result = installation.start("ps").end();

    assertThat(result.status()).isZero();
    assertThat(result.out().lines().toList().get(0)).contains("VM", "STATE", "MEMORY MIB");
    assertThat(result.out())
        .containsPattern("alice +1 +running")
        .containsPattern("bob +2 +running");
  }

  @Test
  void channelsShowsWhoMapsWhatWithWhichAccess() throws Exception {
    greeterAlone();

    Installation.Result result = installation.start("channels").end();

    assertThat(result.out())
        .containsPattern(
            "greetings +alice +0x1 +1 +live +raw +16384 +alice +publisher +read-write"
                + " +0x400001000");
  }

  @Test
  void topShowsRates() throws Exception {
    greeterAlone();

    Installation.Result result = installation.start("top", "-n", "1", "--interval", "100ms").end();

    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("MIPS", "RINGS/S", "PACKETS/S", "DROPS/S")
        .containsPattern("alice +running +[0-9.]+");
  }

  @Test
  void topEndsWhenItsReaderHasGone() throws Exception {
    greeterAlone();

    Installation.Result result =
        installation
            .start(
                List.of(
                    "bash",
                    "-c",
                    "{ \"$1\" top --interval 50ms; echo status=$? >&2; } | head -n 2",
                    "bash",
                    installation.command()))
            .end();

    assertThat(result.err()).isEqualTo("status=141\n");
    assertThat(result.out()).hasLineCount(2);
  }

  @Test
  void aPathMayHaveTabsAndNewlines() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("a\tb\nc\\t"));
    String file = new TopologyText().vm("alice", "idle", "").write(odd);
    installation.start("run", file).readUntil("asleep");

    Installation.Result result = installation.start("ps").end();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("/a?b?c\\t/topology.toml  alice").hasLineCount(2);
    assertThat(installation.start("ps", "--json").end().out())
        .contains("/a\\u0009b\\u000ac\\\\t/topology.toml\"");
  }

  @Test
  void twoProcessesOfOneNumberDoNotTakeEachOthersSocket() throws Exception {
    Path shared = Files.createDirectory(runtime.resolve("tombolo"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx------"));
    String file = new TopologyText().vm("alice", "idle", "").write(directory);
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      // The command has the number of the shell that becomes it.
      Installation.Run run =
          installation.start(
              List.of(
                  "sh",
                  "-c",
                  "echo $$; read line; exec \"$1\" run \"$2\"",
                  "sh",
                  installation.command(),
                  file));
      long number = Long.parseLong(run.readUntil("\n").strip());
      Path socket = shared.resolve(number + ".sock");
      other.bind(UnixDomainSocketAddress.of(socket));
      run.type("go\n").readUntil("asleep");

      assertThat(sockets()).containsExactlyInAnyOrder(socket, shared.resolve(number + "-1.sock"));
      new ProcessBuilder("kill", "-TERM", Long.toString(number)).start().waitFor();
      run.end();
      assertThat(sockets()).containsExactly(socket);
    }
  }

  @Test
  void topShowsRingsOfMessages() throws Exception {
    String file =
        new TopologyText()
            .vm("alice", "messenger", "role=send messages=2000000000")
            .vm("bob", "messenger", "role=receive messages=2000000000")
            .channel("messages", "alice", "bob", 1, "4 KiB")
            .line("layout = \"sectioned\"")
            .line("doorbell = true")
            .write(directory);
    installation.start("run", file);

    Installation.Result result;
    do { // until the two have met
      result = installation.start("top", "-n", "1", "--interval", "100ms").end();
    } while (!result.out().matches("(?s).* messages +alice +bob +spsc +[1-9].*"));

    assertThat(result.out())
        .contains("MESSAGES/S", "MIB/S", "WAITING", "FULL %", "LOST")
        .containsPattern(
            " messages +alice +bob +spsc +[0-9.]+ +[0-9.]+ +1024 +[0-9]+ +[0-9.]+ +0\n");
    assertThat(installation.start("top", "--json", "-n", "1", "--interval", "100ms").end().out())
        .contains("\"rings\": [{", "\"messages/s\": ", "\"lost\": 0");
  }

  @Test
  void topShowsBothDirectionsOfAxvisorsRegionsInEitherLayout() throws Exception {
    String file =
        new TopologyText()
            .vm("ada", "axvisor-pub", "layout=cell key=1 rounds=1000000000")
            .line("id = 1")
            .vm("bea", "axvisor-sub", "publisher=1 key=1 rounds=1000000000")
            .vm("cora", "axvisor-pub", "layout=slot key=2 rounds=1000000000")
            .line("id = 3")
            .vm("dora", "axvisor-sub", "publisher=3 key=2 rounds=1000000000")
            .channel("cells", "ada", "bea", 1, "4 KiB")
            .channel("slots", "cora", "dora", 2, "20 KiB")
            .write(directory);
    installation.start("run", file);
    String numbers = " +[1-9][0-9.]* +[0-9.]+ +%d +[0-9]+ +[0-9.]+";
    List<Pattern> rows = // in any order: that of the channels is chance
        List.of(
            Pattern.compile(" cells +ada +bea +v3 cell" + numbers.formatted(1024)),
            Pattern.compile(" cells +ada +ada +v3 cell" + numbers.formatted(1024)),
            Pattern.compile(" slots +cora +dora +v3 slot" + numbers.formatted(8192)),
            Pattern.compile(" slots +cora +cora +v3 slot" + numbers.formatted(8192)));

    List<Pattern> unseen = new ArrayList<>(rows);
    while (!unseen.isEmpty()) { // until all have met
      String out = installation.start("top", "-n", "1", "--interval", "100ms").end().out();
      unseen.removeIf(row -> row.matcher(out).find());
    }

    assertThat(installation.start("top", "--json", "-n", "1", "--interval", "100ms").end().out())
        .containsPattern(
            "\"reader\": \"ada\", *\"format\": \"v3 cell\", *\"messages/s\": [0-9.]+,"
                + " *\"mib/s\": [0-9.]+, *\"capacity\": 1024, *\"waiting\": [0-9]+,"
                + " *\"full_%\": [0-9.]+, *\"lost\": null, *\"error\": null}");
  }

  @Test
  void jsonIsForPrograms() throws Exception {
    greeterAlone();

    Installation.Result result = installation.start("channels", "--json").end();

    assertThat(result.out())
        .contains("\"channel\": \"greetings\"", "\"generation\": 1", "\"p50_us\": null");
  }

  @Test
  void nobodyElseCanAsk() throws Exception {
    greeterAlone();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sockets().getFirst())))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(runtime.resolve("tombolo"))))
        .isEqualTo("rwx------");
  }

  @Test
  void controlCCleansUpAndSaysSo() throws Exception {
    Installation.Run run = greeterAlone();

    new ProcessBuilder("kill", "-INT", Long.toString(run.process().pid())).start().waitFor();
    Installation.Result result = run.end();

    assertThat(result.status()).isEqualTo(130);
    assertThat(result.err())
        .matches(
            "tombolo run: interrupted: stopped alice, bob after [0-9.]+ s,"
                + " and gave back 1 channel, 16 KiB\n");
    assertThat(sockets()).isEmpty();
  }

  @Test
  void whatAKilledTopologyHasLeftIsRemoved() throws Exception {
    Path stale = Files.createDirectory(runtime.resolve("tombolo")).resolve("1.sock");
    Files.setPosixFilePermissions(stale.getParent(), PosixFilePermissions.fromString("rwx------"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();

    Installation.Result result = installation.start("ps").end();

    assertThat(result)
        .isEqualTo(new Installation.Result(0, "", "tombolo ps: no topology is running\n"));
    assertThat(stale).doesNotExist();
  }

  @Test
  void aDirectoryThatOthersCanReadIsNotUsed() throws Exception {
    Path open = Files.createDirectory(runtime.resolve("tombolo"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    String file = new TopologyText().vm("a", "hello", "").write(directory);

    Installation.Result result = installation.start("run", file).end();

    assertThat(result.status()).isZero();
    assertThat(result.err())
        .startsWith("tombolo: warning: tombolo ps will not see this topology: ")
        .contains("can be used by others; remove it, or set its mode to 0700")
        .hasLineCount(1);
  }

  private static void signal(String name, Installation.Run run) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(run.process().pid())).start().waitFor();
  }

  @Test
  void aTopologyThatDoesNotAnswerHidesNoOther() throws Exception {
    Installation.Run stopped = greeterAlone();
    Installation.Run running = installation.start("boot", Guests.guest("idle"));
    running.readUntil("asleep");
    signal("STOP", stopped);

    Installation.Result ps = installation.start("ps").end();
    Installation.Result channels = installation.start("channels").end();
    Installation.Result top =
        installation.start("top", "-n", "1", "--interval", "100ms", "--json").end();
    Installation.Result stop = installation.start("stop", "alice").end();
    signal("CONT", stopped);

    String silent = "process %d: not answering".formatted(stopped.process().pid());
    assertThat(ps.status()).isZero();
    assertThat(ps.out())
        .containsPattern(stopped.process().pid() + " +not answering")
        .containsPattern("idle +1 +running");
    assertThat(channels)
        .isEqualTo(
            new Installation.Result(0, channels.out(), "tombolo channels: " + silent + "\n"));
    assertThat(top.out()).contains("\"vm\": \"idle\"", "\"problems\": [\"" + silent + "\"]");
    assertThat(stop.status()).isEqualTo(2);
    assertThat(stop.err()).contains("alice: no such VM is running").contains(silent);
  }

  /** A socket beside those of topologies, which answers each client with this and nothing else. */
  private ServerSocketChannel server(byte[] answer, boolean endless) throws IOException {
    Path socket = runtimeDirectory("rwx------").resolve("99.sock");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    Thread.ofVirtual()
        .start(
            () -> {
              while (true) {
                try (SocketChannel client = server.accept()) {
                  client.read(ByteBuffer.allocate(100));
                  do {
                    client.write(ByteBuffer.wrap(answer));
                  } while (endless);
                } catch (ClosedChannelException e) {
                  return;
                } catch (IOException e) {
                  // That client has heard enough.
                }
              }
            });
    return server;
  }

  private Path runtimeDirectory(String mode) throws IOException {
    Path made = Files.createDirectories(runtime.resolve("tombolo"));
    return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(mode));
  }

  @Test
  void anAnswerWithoutEndIsCutOff() throws Exception {
    Installation.Run run = installation.start("boot", Guests.guest("idle"));
    run.readUntil("asleep");
    try (ServerSocketChannel _ = server("vm\nx\n".getBytes(UTF_8), true)) {
      Installation.Result result = installation.start("ps").end();

      assertThat(result.status()).isZero();
      assertThat(result.out()).containsPattern("idle +1 +running");
      assertThat(result.err()).isEqualTo("tombolo ps: process 99: answers too much\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ps", "channels", "top"})
  void whatIsNoTableIsNotBelieved(String command) throws Exception {
    try (ServerSocketChannel _ = server("a\tb\nc\n\n".getBytes(UTF_8), false)) {
      Installation.Result result =
          command.equals("top")
              ? installation.start("top", "-n", "1", "--interval", "100ms").end()
              : installation.start(command).end();

      assertThat(result.status()).isZero();
      assertThat(result.err()).contains("no topology is running");
    }
  }

  @Test
  void escapeSequencesOfAnAnswerDoNotReachTheTerminal() throws Exception {
    String answer = "topology\tvm\tid\tstate\n\u001b]0;x\u0007\ta\u009b2J\u202e\t1\t\u001b[2J\n\n";
    try (ServerSocketChannel _ = server(answer.getBytes(UTF_8), false)) {
      Installation.Result shown = installation.start("ps").end();
      Installation.Result json = installation.start("ps", "--json").end();

      assertThat(new String(shown.out().getBytes(ISO_8859_1), UTF_8))
          .contains("?]0;x?", "a?2J?", "?[2J")
          .matches("[^\\p{Cntrl}\u0080-\u009f\u202e]*\n[^\\p{Cntrl}\u0080-\u009f\u202e]*\n");
      assertThat(json.out()).contains("\"\\u001b[2J\"").matches("(?s)[\\n -~]*");
    }
  }

  @Test
  void aDirectoryThatIsNotThisUsersAloneIsNotBelieved() throws Exception {
    runtimeDirectory("rwxrwxrwx");
    for (String command : List.of("ps", "channels", "top")) {
      Installation.Result result = installation.start(command).end();

      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err())
          .contains("can be used by others; remove it, or set its mode to 0700")
          .hasLineCount(1);
    }
  }

  @Test
  void aLinkIsNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(runtime.resolve("tombolo"), elsewhere);
    String file = new TopologyText().vm("a", "hello", "").write(directory);

    assertThat(installation.start("run", file).end().err()).contains("can be used by others");
    assertThat(installation.start("ps").end().status()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw-rw-", "link", "file"})
  void aSocketThatIsNotThisUsersAloneIsNotAsked(String kind) throws Exception {
    try (ServerSocketChannel _ = server("vm\nx\n\n".getBytes(UTF_8), false)) {
      Path socket = runtime.resolve("tombolo/99.sock");
      if (kind.equals("link")) {
        Files.createSymbolicLink(
            socket.resolveSibling("99.sock"), Files.move(socket, directory.resolve("moved")));
      } else if (kind.equals("file")) {
        Files.delete(socket);
        Files.createFile(socket);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      } else {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(kind));
      }

      Installation.Result result = installation.start("ps").end();

      assertThat(result.out()).isEmpty();
      assertThat(result.err()).contains("99.sock: not a socket of this user alone; remove it");
    }
  }

  @Test
  void clientsThatNeverAskLockNobodyOut() throws Exception {
    greeterAlone();
    List<SocketChannel> idle = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      idle.add(SocketChannel.open(UnixDomainSocketAddress.of(sockets().getFirst())));
    }

    assertThat(installation.start("ps").end().out()).containsPattern("alice +1 +running");

    assertThat(idle.getFirst().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    for (SocketChannel client : idle) {
      client.close();
    }
  }

  @Test
  void aRequestWithoutEndEndsItsConnection() throws Exception {
    greeterAlone();
    try (SocketChannel client =
        SocketChannel.open(UnixDomainSocketAddress.of(sockets().getFirst()))) {
      client.write(ByteBuffer.wrap(("ps" + "x".repeat(1023)).getBytes(UTF_8)));

      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void aSenderWithoutAReaderIsTold() throws Exception {
    String file =
        new TopologyText()
            .vm("alice", "messenger", "role=send messages=2000000000")
            .vm("bob", "idle", "")
            .channel("messages", "alice", "bob", 1, "4 KiB")
            .line("layout = \"sectioned\"")
            .line("doorbell = true")
            .write(directory);
    installation.start("run", file);

    Installation.Result result;
    do { // until it has published
      result = installation.start("channels").end();
    } while (!result.out().contains("sectioned"));

    assertThat(result.out()).containsPattern("alice +publisher +section 0 +no reader yet ");
  }
}
