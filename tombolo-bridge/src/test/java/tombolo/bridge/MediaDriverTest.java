// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;

/** Bridges on a media driver that is a process of its own. */
@DisplayName("A bridge on a media driver of its own")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MediaDriverTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int CAPACITY = 1 << 16;

  @TempDir private Path directory;
  private @Nullable Process driver;

  private void startDriver() throws IOException {
    driver =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Xmx64m",
                "-Daeron.dir=" + aeron(),
                "-Daeron.dir.delete.on.start=true",
                "-Daeron.driver.timeout=2000",
                "-Daeron.threading.mode=SHARED",
                "-Daeron.term.buffer.sparse.file=true",
                "-cp",
                System.getProperty("java.class.path"),
                "io.aeron.driver.MediaDriver")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("driver.log").toFile())
            .start();
  }

  private Path aeron() {
    return directory.resolve("aeron");
  }

  @AfterEach
  void killDriver() {
    if (driver != null) {
      driver.destroyForcibly().onExit().join();
    }
  }

  private String file(String own, String other, String channel) {
    return TwoHosts.vm()
        + """
        [host]
        name = "%s"
        address = "ipc"
        aeron = "%s"
        [remote.%s]
        address = "ipc"
        [channel.news]
        key = 1
        size = "68 KiB"
        %s
        """
            .formatted(own, aeron(), other, channel);
  }

  private TwoHosts.Host east() {
    return new TwoHosts.Host(
        file("east", "west", "publisher = \"vm\"\nbridge = { to = \"west\" }"));
  }

  private TwoHosts.Host west() {
    return new TwoHosts.Host(
        file("west", "east", "subscribers = [\"vm\"]\nbridge = { from = \"east\" }"));
  }

  private static int send(Publisher publisher, long number) throws InterruptedException {
    byte[] message = new byte[5000];
    MemorySegment.ofArray(message).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, number);
    return publisher.send(1, message, SOON);
  }

  private static void expect(Subscriber subscriber, long number) throws InterruptedException {
    long[] found = {-1};
    int answer =
        subscriber.receive(
            (_, data, at, _) -> found[0] = data.get(ValueLayout.JAVA_LONG_UNALIGNED, at), 1, SOON);
    assertThat(answer).as("at message %d", number).isOne();
    assertThat(found[0]).isEqualTo(number);
  }

  @Test
  void waitsForItAndLosesNothingWhenItDies() throws Exception {
    try (TwoHosts.Host east = east();
        TwoHosts.Host west = west()) {
      while (east.said.isEmpty() || west.said.isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(east.said).singleElement().asString().startsWith("bridges: ");
      startDriver();
      Publisher publisher = Publisher.open(east.vm, "news", CAPACITY, 1, Waiting.SPIN_THEN_BELL);
      Subscriber subscriber = Subscriber.open(west.vm, "news", SOON);
      for (long number = 0; number < 5; number++) {
        assertThat(send(publisher, number)).isEqualTo(Answer.OK);
        expect(subscriber, number);
      }
      killDriver();
      for (long number = 5; number < 10; number++) {
        assertThat(send(publisher, number)).as("into the ring").isEqualTo(Answer.OK);
      }
      startDriver();
      for (long number = 5; number < 10; number++) {
        expect(subscriber, number);
      }
      assertThat(west.row().duplicates()).isZero();
    }
  }

  @Test
  void leavesNothingOfItsOwnDriverBehind() throws Exception {
    Path shm = Path.of("/dev/shm");
    List<Path> before = drivers(shm);
    try (TwoHosts hosts = new TwoHosts("68 KiB")) {
      while (drivers(shm).size() < before.size() + 2) {
        Thread.onSpinWait();
      }
      assertThat(hosts.east.said).isEmpty();
    }
    assertThat(drivers(shm)).isEqualTo(before);
  }

  @Test
  void keepsItsFilesFromOtherUsersAndRemovesThoseOfKilledProcesses() throws Exception {
    Path shm = Path.of("/dev/shm");
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    String dead = "tombolo-aeron-" + ended.pid() + "-test";
    Path left = Files.createTempDirectory(shm, dead);
    Files.writeString(Files.createDirectory(left.resolve("aeron")).resolve("cnc.dat"), "left");
    Path open = Files.createTempDirectory(shm, dead);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (TwoHosts hosts = new TwoHosts("68 KiB")) {
      while (drivers(shm).size() < 2) {
        Thread.onSpinWait();
      }
      assertThat(hosts.east.said).isEmpty();
      assertThat(left).doesNotExist();
      assertThat(open).as("others could have put a link there").exists();
      for (Path driver : drivers(shm)) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(driver)))
            .isEqualTo("rwx------");
      }
    } finally {
      Files.deleteIfExists(open);
    }
  }

  private static List<Path> drivers(Path shm) throws IOException {
    String mine = "tombolo-aeron-" + ProcessHandle.current().pid();
    try (var files = Files.list(shm)) {
      return files.filter(file -> file.getFileName().toString().startsWith(mine)).sorted().toList();
    }
  }
}
