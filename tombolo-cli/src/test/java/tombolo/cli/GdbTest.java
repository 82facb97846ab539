// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;
import tombolo.testing.WorkTree;

/** GDB itself, with scripts, at ordinary runs and at replays. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GdbTest {
  private static final long PATIENCE_SECONDS = 120;

  @TempDir private Path directory;

  private final int port;

  GdbTest() throws IOException {
    port = freePort();
  }

  /** What GDB has printed, and how the command ended. */
  private record Session(String gdb, Tombolo.Result command) {}

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /**
   * Runs the command, with {@code PORT} replaced by a free one, and GDB beside it.
   *
   * @param symbols the guest
   */
  private Session debug(List<String> command, String symbols, String... script) throws Exception {
    String gdb = RequiredTool.require("gdb-multiarch").toString();
    List<String> words =
        command.stream().map(word -> word.replace("PORT", String.valueOf(port))).toList();
    Path commands = directory.resolve("script.gdb");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "set confirm off",
                "set width 0",
                "set tcp connect-timeout 60",
                "target remote 127.0.0.1:" + port));
    lines.addAll(List.of(script));
    Files.write(commands, lines);
    CompletableFuture<Tombolo.Result> running =
        CompletableFuture.supplyAsync(() -> new Tombolo().run(words.toArray(String[]::new)));
    Process process =
        new ProcessBuilder(gdb, "-nx", "-batch", "-x", commands.toString(), guest(symbols))
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Session(printed, running.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private static String guest(String name) {
    return WorkTree.path("guests/bin/" + name + ".elf").toString();
  }

  private static List<String> replay(String example, String vm) {
    String file = WorkTree.path("examples/bugs/" + example + ".toml").toString();
    return List.of("replay", file, "--seed", "1", "--gdb", "PORT", "--vm", vm);
  }

  @Test
  void aGuestIsStoppedAndLookedAt() throws Exception {
    Session session =
        debug(
            List.of("boot", guest("hello"), "--vcpus", "2", "--gdb", "PORT"),
            "hello",
            "info threads",
            "break main",
            "continue",
            "backtrace",
            "printf \"vlenb %d\\n\", $vlenb",
            "stepi",
            "set var $t0 = 4711",
            "printf \"t0 %d\\n\", $t0",
            "watch *(long*)($sp - 16)",
            "continue",
            "delete",
            "x/i $pc",
            "continue");

    assertThat(session.gdb())
        .contains("Thread 1 (hello/vcpu0)", "Thread 2 (hello/vcpu1)")
        .contains("Breakpoint 1, 0x", " in main ()")
        .contains("#0  0x")
        .contains("vlenb 256")
        .contains("t0 4711")
        .contains("atchpoint 2: *(long*)($sp - 16)")
        .contains("New value = ")
        .contains("exited normally");
    assertThat(session.command().status()).isZero();
    assertThat(session.command().out()).contains("Hello from Tombolo");
    assertThat(session.command().err()).startsWith("tombolo boot: hello waits for gdb: ");
  }

  @Test
  void aReplayIsWalkedBackwards() throws Exception {
    Session session =
        debug(
            replay("seqlock", "two"),
            "bugs",
            "continue",
            "reverse-stepi",
            "break read_pair",
            "reverse-continue",
            "set $before = $pc",
            "stepi",
            "stepi",
            "stepi",
            "reverse-stepi",
            "reverse-stepi",
            "reverse-stepi",
            "printf \"back %d\\n\", $pc == $before",
            "delete",
            "monitor where",
            "set var $t0 = 1",
            "reverse-continue",
            "continue",
            "detach");

    assertThat(session.gdb())
        .contains("two failed with code 1", "No more reverse-execution history")
        .contains("Breakpoint 1, 0x", " in read_pair ()")
        .contains("back 1")
        .contains("of virtual time, in step ")
        .contains("Could not write register \"t0\"");
    Tombolo.Result plain =
        new Tombolo().run(replay("seqlock", "two").subList(0, 4).toArray(String[]::new));
    assertThat(session.command().out()).isEqualTo(plain.out());
    assertThat(session.command().status()).isEqualTo(plain.status()).isEqualTo(1);
  }

  @Test
  void aWatchpointFindsWhoeverHasWritten() throws Exception {
    Session session =
        debug(
            replay("seqlock", "two"),
            "bugs",
            "continue",
            "watch *(int*)0x400001050",
            "reverse-continue",
            "delete",
            "rwatch *(int*)0x400001010",
            "reverse-continue",
            "x/i $pc",
            "kill");

    assertThat(session.gdb())
        .contains("written by one/vcpu0 at 0x")
        .contains("ardware watchpoint 1: *(int*)0x400001050")
        .containsPattern("ardware read watchpoint 2: [^=]*Value = ")
        .containsPattern("=> 0x[0-9a-f]+ <read_pair\\+\\d+>:\\tl[wd]u?\\t");
  }

  @Test
  void vmsOfATopologyWaitForTheirDebuggers() throws Exception {
    Path file = directory.resolve("two.toml");
    Files.writeString(
        file,
        """
        [vm.a]
        kernel = '%s'
        gdb = %d
        [vm.b]
        kernel = '%s'
        """
            .formatted(guest("hello"), port, guest("hello")));

    Session session =
        debug(List.of("run", file.toString()), "hello", "break main", "continue", "detach");

    assertThat(session.gdb()).contains("Breakpoint 1, 0x");
    assertThat(session.command().err()).contains("tombolo run: a waits for gdb: ");
    assertThat(session.command().out()).contains("a | Hello", "b | Hello");
  }

  @Test
  void aPortThatIsTakenOrNoneGetsOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      String busy = String.valueOf(taken.getLocalPort());
      Tombolo.Result result = new Tombolo().run("boot", guest("hello"), "--gdb", busy);

      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err())
          .contains("gdb's port " + busy + " for hello: ", "choose another one");
    }
    Tombolo.Result none = new Tombolo().run("boot", guest("hello"), "--gdb", "70000");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("'70000': no port");
    Tombolo.Result lost = new Tombolo().run("replay", "f", "--seed", "1", "--vm", "a");
    assertThat(lost.status()).isEqualTo(2);
    assertThat(lost.err()).contains("--vm a: is for gdb; add --gdb PORT");
  }
}
