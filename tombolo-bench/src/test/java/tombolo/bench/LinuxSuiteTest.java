// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.image.DebianLinux;
import tombolo.testing.RequiredTool;

/** Runs the suite with tiny amounts. They show that it works, and nothing about speed. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class LinuxSuiteTest {
  private static final String FIGURE = "figure linux[.a-z0-9-]+ \\d+(\\.\\d+)? (s|x|percent|MiB/s)";

  @TempDir private Path root;

  /**
   * Makes a repository whose {@code ./tombolo} runs the classes of this build and builds nothing.
   */
  @BeforeEach
  void repository() throws IOException {
    Path repository = Invocation.ROOT;
    Files.createSymbolicLink(root.resolve("guests"), repository.resolve("guests"));
    Path launcher =
        Files.createFile(
            root.resolve("tombolo"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec '%s/bin/java' --enable-native-access=ALL-UNNAMED '@%s/tombolo.jvmargs' \
          '-Dtombolo.home=%s' -cp '%s' %s "$@"
        """
            .formatted(
                System.getProperty("java.home"),
                repository,
                repository,
                System.getProperty("java.class.path"),
                tombolo.cli.Main.class.getName()));
  }

  private static void assumeDebian() {
    Assumptions.assumeTrue(
        DebianLinux.inCache().isComplete() || "1".equals(System.getenv("TOMBOLO_REQUIRE_LINUX")),
        "Debian's kernel is not here; guests/linux/fetch gets it");
  }

  @Test
  void everyPartRunsBesideQemuAndEndsInFigures() throws InterruptedException {
    RequiredTool.require("qemu-system-riscv64");
    assumeDebian();

    Invocation run = Invocation.in(root, "linux", "--quick", "--mib", "1");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures()).allMatch(line -> line.matches(FIGURE));
    assertThat(run.figureNames())
        .containsExactly(
            "linux.boot.1-hart.tombolo",
            "linux.boot.1-hart.qemu",
            "linux.boot.1-hart.in-qemus",
            "linux.idle.1-guests",
            "linux.transfer.channel",
            "linux.transfer.vsock",
            "linux.transfer.network",
            "linux.transfer.qemu-socket");
  }

  @Test
  void twoVmsAreMeasuredAloneAndUnderSiege() throws InterruptedException {
    assumeDebian();

    Invocation run = Invocation.in(root, "siege", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figureNames())
        .containsExactly(
            "siege.round-trips.alone",
            "siege.round-trips.beside",
            "siege.round-trips.ratio",
            "siege.round-trips.ratio.q1",
            "siege.round-trips.ratio.q3",
            "siege.p99.alone",
            "siege.p99.beside",
            "siege.p99.ratio",
            "siege.p99.ratio.q1",
            "siege.p99.ratio.q3",
            "siege.end");
  }
}
