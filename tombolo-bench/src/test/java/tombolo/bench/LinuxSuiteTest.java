// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/** Runs the suite with tiny amounts. They show that it works, and nothing about speed. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class LinuxSuiteTest {
  private static final String FIGURE = "figure linux[.a-z0-9-]+ \\d+(\\.\\d+)? (s|x|percent|MiB/s)";

  @TempDir private Path root;

  @BeforeEach
  void repository() throws IOException {
    BuiltTombolo.in(root);
  }

  @Test
  void everyPartRunsBesideQemuAndEndsInFigures() throws InterruptedException {
    RequiredTool.require("qemu-system-riscv64");
    BuiltTombolo.assumeDebian();

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
}
