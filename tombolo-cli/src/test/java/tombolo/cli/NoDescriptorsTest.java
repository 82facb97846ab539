// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/** A process whose host gives it no more descriptors (EMFILE), and then some again. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NoDescriptorsTest {
  private static final String REPORT = ": no client can be accepted: Too many open files; ";
  private static final int LOOKS = 1000;

  @TempDir private Path directory;
  private Installation installation;
  private Path runtime;

  @BeforeEach
  void install() throws IOException {
    runtime = Files.createDirectory(directory.resolve("run"));
    installation = Installation.in(directory.resolve("installation")).withRuntime(runtime);
    installation.packJars(); // or each class that is loaded late would need a descriptor
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private static void limit(long process, String descriptors) throws Exception {
    int status =
        new ProcessBuilder(
                RequiredTool.require("prlimit").toString(),
                "--pid=" + process,
                "--nofile=" + descriptors + ":")
            .inheritIO()
            .start()
            .waitFor();
    assertThat(status).isZero();
  }

  /** The number that the next descriptor of a process gets. */
  private static int next(long process) {
    int number = 0;
    while (Files.exists(Path.of("/proc/" + process + "/fd/" + number))) {
      number++;
    }
    return number;
  }

  private Path controlSocket() throws IOException {
    try (Stream<Path> files = Files.list(runtime.resolve("tombolo"))) {
      return files.findFirst().orElseThrow();
    }
  }

  private static SocketChannel connect(Path socket, String request) throws IOException {
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    client.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
    return client;
  }

  /** Returns whether the thread that accepts at the vsock socket runs, or would if it could. */
  private static boolean runs(long process) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process + "/task"))) {
      for (Path thread : threads.toList()) {
        String status = Files.readString(thread.resolve("stat"));
        int end = status.lastIndexOf(')');
        if (status.substring(0, end).endsWith("/vsock-unix")) {
          return status.charAt(end + 2) == 'R';
        }
      }
    }
    throw new AssertionError("no thread of the vsock socket");
  }

  @Test
  void whoConnectsMeanwhileIsServedLaterAndNobodySpins() throws Exception {
    Path vsock = directory.resolve("v");
    Installation.Run run = installation.start("boot", guest("idle"), "--vsock=3," + vsock);
    run.readUntil("asleep");
    long process = run.process().pid();
    limit(process, Integer.toString(next(process)));

    try (SocketChannel asks = connect(controlSocket(), "ps\n");
        SocketChannel calls = connect(vsock, "CONNECT 99\n")) {
      String said = "";
      while (said.split(REPORT, -1).length < 3) {
        said = Files.readString(run.err());
      }
      int running = 0;
      for (int look = 0; look < LOOKS; look++) {
        running += runs(process) ? 1 : 0;
      }
      assertThat(running).as("looks at which the thread ran").isLessThan(LOOKS / 2);
      assertThat(Files.readString(run.err())).as("reported once").isEqualTo(said);

      limit(process, "4096");
      assertThat(calls.read(ByteBuffer.allocate(1))).as("the guest does not listen").isEqualTo(-1);
      assertThat(asks.read(ByteBuffer.allocate(1))).isEqualTo(1);
    }
    assertThat(installation.start(List.of(installation.command(), "ps")).end().out())
        .containsPattern("idle +1 +running");
  }
}
