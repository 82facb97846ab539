// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/** The command whose standard streams somebody has made non-blocking, as some shells' tools do. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NonBlockingStreamsTest {
  private static final long QUIET_NANOS = 500_000_000;

  /** Becomes another program, whose standard streams are non-blocking. */
  private static final String PROGRAM =
      """
      #include <fcntl.h>
      #include <unistd.h>
      int main(int count, char **arguments) {
        for (int stream = 0; stream < 3; stream++) {
          fcntl(stream, F_SETFL, fcntl(stream, F_GETFL) | O_NONBLOCK);
        }
        return count < 2 ? 1 : execv(arguments[1], arguments + 1);
      }
      """;

  @TempDir private Path directory;
  private Installation installation;
  private String program;

  @BeforeEach
  void install() throws Exception {
    installation = Installation.in(directory.resolve("installation"));
    Path source = Files.writeString(directory.resolve("nonblocking.c"), PROGRAM);
    program = directory.resolve("nonblocking").toString();
    String gcc = RequiredTool.require("gcc").toString();
    int status = new ProcessBuilder(gcc, "-o", program, source.toString()).start().waitFor();
    assertThat(status).isZero();
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  private Installation.Run boot(String kernel) throws Exception {
    return installation.start(List.of(program, installation.command(), "boot", kernel));
  }

  /** Waits until no more comes: how many bytes fill a pipe depends on the size of each write. */
  private static void awaitFullPipe(InputStream pipe) throws IOException {
    int bytes = 0;
    for (long start = System.nanoTime(); bytes == 0 || System.nanoTime() - start < QUIET_NANOS; ) {
      if (pipe.available() != bytes) {
        bytes = pipe.available();
        start = System.nanoTime();
      }
    }
  }

  @Test
  void aPipeThatIsFullIsWaitedForAndNothingIsLost() throws Exception {
    int bytes = 1 << 20; // more than a pipe and the console hold
    Path kernel = ElfBytes.entering(ElfBytes.RAM).printing(bytes).write(directory.resolve("k.elf"));
    Installation.Run run = boot(kernel.toString());
    awaitFullPipe(run.process().getInputStream());

    Installation.Result result = run.end();

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).hasSize(bytes);
    assertThat(result.status()).isZero();
  }

  @Test
  void keysComeThoughThereWereNoneBefore() throws Exception {
    Installation.Run run = boot(guest("echo"));
    run.readUntil("ends");
    run.type("abc\n").readUntil("ABC");
    run.type("def\n").readUntil("DEF");
    run.type("quit\n").readUntil("bye");

    assertThat(run.end().status()).isZero();
  }
}
