// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;
import tombolo.testing.WorkTree;

/**
 * Where {@code ivc-recv} and {@code vsock-recv} write ({@code guests/linux/output.c}), compiled for
 * the host into a program that receives its standard input.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceivedFileTest {
  private static final String PROGRAM =
      """
      #include "output.h"
      #include <fcntl.h>
      #include <stdio.h>
      #include <string.h>
      #include <unistd.h>
      int main(int count, char **arguments) {
        static char buffer[1 << 16];
        fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
        int error = output_to(count > 1 ? arguments[1] : NULL);
        if (error == 0 && count > 1) {
          printf("ready\\n");
          fflush(stdout);
        }
        for (ssize_t got; error == 0 && (got = read(0, buffer, sizeof buffer)) > 0;) {
          error = output_write(buffer, (size_t)got);
          if (count > 1) {
            printf("written\\n");
            fflush(stdout);
          }
        }
        error = error != 0 ? error : count > 2 ? 1 : output_end();
        if (error != 0) {
          fprintf(stderr, "%s: %s\\n", output_called(), strerror(error));
        }
        return error;
      }
      """;

  @TempDir Path directory;
  private Path program;
  private Path files;
  private @Nullable Process receiver;

  @BeforeEach
  void compile() throws Exception {
    Path source = Files.writeString(directory.resolve("receive.c"), PROGRAM);
    Path linux = WorkTree.path("guests/linux");
    program = directory.resolve("receive");
    files = Files.createDirectory(directory.resolve("files"));
    int status =
        new ProcessBuilder(
                RequiredTool.require("gcc").toString(),
                "-std=gnu17",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-I" + linux,
                "-o" + program,
                source.toString(),
                linux.resolve("output.c").toString())
            .inheritIO()
            .start()
            .waitFor();
    assertThat(status).isZero();
  }

  @AfterEach
  void leaveNothingRunning() {
    if (receiver != null) {
      receiver.destroyForcibly();
    }
  }

  private Process receive(Object... arguments) throws IOException {
    List<String> command =
        Stream.concat(Stream.of(program), Stream.of(arguments)).map(Object::toString).toList();
    Process started = new ProcessBuilder(command).start();
    receiver = started;
    return started;
  }

  /** Starts one that can write its file, and waits until it is to come. */
  private void receiveInto(Object... arguments) throws IOException {
    assertThat(receive(arguments).inputReader().readLine()).isEqualTo("ready");
  }

  private Process running() {
    return Objects.requireNonNull(receiver);
  }

  private void send(String text) throws IOException {
    running().getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    running().getOutputStream().flush();
    assertThat(running().inputReader().readLine()).isEqualTo("written");
  }

  private int end() throws Exception {
    running().getOutputStream().close();
    assertThat(running().waitFor(1, TimeUnit.MINUTES)).isTrue();
    return running().exitValue();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(files)) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void aFileHasItsNameWhenAllOfItIsThere() throws Exception {
    Path file = files.resolve("file");
    receiveInto(file);
    send("one ");
    assertThat(names()).hasSize(1).doesNotContain("file");
    send("two");

    assertThat(end()).isZero();
    assertThat(file).hasContent("one two");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void nothingIsMadeBeforeTheFirstByteAndAnEmptyFileAtTheEnd() throws Exception {
    receiveInto(files.resolve("file"));
    assertThat(names()).isEmpty();
    assertThat(end()).isZero();
    assertThat(files.resolve("file")).isEmptyFile();
  }

  @Test
  void aTransferThatBreaksOffLeavesWhatWasThere() throws Exception {
    Path file = Files.writeString(files.resolve("file"), "before");
    receiveInto(file, "fail");
    send("half");

    assertThat(end()).isNotZero();
    assertThat(file).hasContent("before");
    assertThat(names()).containsExactly("file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void aSignalLeavesNothing(String signal) throws Exception {
    receiveInto(files.resolve("file"));
    send("half");
    new ProcessBuilder("kill", "-" + signal, Long.toString(running().pid())).start().waitFor();

    assertThat(running().waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(running().exitValue()).isGreaterThan(128);
    assertThat(names()).isEmpty();
  }

  @Test
  void aLinkStaysAndADeviceIsWritten() throws Exception {
    Path file = Files.writeString(files.resolve("file"), "before");
    Path link = Files.createSymbolicLink(files.resolve("link"), Path.of("file"));
    receiveInto(link);
    send("after");
    assertThat(end()).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("after");

    receiveInto("/dev/null");
    send("gone");
    assertThat(end()).isZero();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void whatCannotBeWrittenIsSaidAtOnce() throws Exception {
    Process process = receive(files.resolve("none/file"));
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.errorReader().readLine()).endsWith("none/file: No such file or directory");

    assertThat(receive(files).waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(running().errorReader().readLine()).isEqualTo(files + ": Is a directory");
  }

  @Test
  void standardOutputThatIsNonBlockingIsWaitedFor() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    Process process = receive();
    Thread.ofPlatform()
        .daemon(true)
        .start(
            () -> {
              try (OutputStream out = process.getOutputStream()) {
                out.write(bytes);
              } catch (IOException e) {
                // The receiver has ended, which the test sees.
              }
            });

    try (InputStream in = process.getInputStream()) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(process.waitFor()).isZero();
  }
}
