// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.testing.RequiredTool;
import tombolo.testing.WorkTree;

/** A host in a mount namespace of its own, whose /dev/shm is small. */
@DisplayName("A host whose /dev/shm is full")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FullSharedMemoryTest {
  private static final String SMALL = "mount -t tmpfs -o size=1M tmpfs /dev/shm && exec \"$@\"";
  private static final String LINE =
      "bridges: /dev/shm has 1 MiB free, and a media driver needs 32: make it larger; trying again";

  private static Process start() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL, "sh"));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-XX:-UsePerfData", // nothing of its own in /dev/shm
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            HostProgram.class.getName(),
            "east",
            "127.0.0.1:" + TwoHosts.freePort(),
            "west",
            "127.0.0.1:" + TwoHosts.freePort(),
            "from-east",
            "from-west",
            "1",
            WorkTree.path("guests/bin").toString()));
    return new ProcessBuilder(command).start();
  }

  private static String ask(Process host) throws IOException {
    Writer out = host.outputWriter();
    out.write("?\n");
    out.flush();
    @SuppressWarnings("resource") // belongs to the process
    BufferedReader answers = host.inputReader();
    return String.valueOf(answers.readLine());
  }

  private static void makeLarger(Process host) throws Exception {
    Process mount =
        new ProcessBuilder(
                "nsenter",
                "--target=" + host.pid(),
                "--user",
                "--preserve-credentials",
                "--mount",
                "mount",
                "-o",
                "remount,size=100M",
                "/dev/shm")
            .inheritIO()
            .start();
    assertThat(mount.waitFor()).isZero();
  }

  private static boolean hasDriver(Process host) throws IOException {
    Path files = Path.of("/proc", String.valueOf(host.pid()), "root/dev/shm");
    try (Stream<Path> all = Files.list(files)) {
      return all.anyMatch(path -> String.valueOf(path.getFileName()).startsWith("tombolo-aeron-"));
    }
  }

  @Test
  void saysSoOnceAndGoesOnWhenThereIsRoom() throws Exception {
    RequiredTool.require("unshare");
    Process host = start();
    try {
      @SuppressWarnings("resource") // belongs to the process
      BufferedReader errors = host.errorReader();
      assertThat(errors.readLine()).isEqualTo(LINE);
      assertThat(ask(host)).startsWith("OUT ");
      assertThat(hasDriver(host)).isFalse();

      makeLarger(host);

      while (!hasDriver(host)) {
        TimeUnit.MILLISECONDS.sleep(20); // a look at a directory, until the test's own time-out
      }
      assertThat(ask(host)).startsWith("OUT ");
      host.outputWriter().close(); // ends it
      assertThat(errors.lines()).isEmpty();
    } finally {
      host.destroyForcibly().onExit().join();
    }
  }
}
