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

/** Runs the suite for a few seconds. They show that it works, and nothing about bounds. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class SiegeSuiteTest {
  @TempDir private Path root;

  @BeforeEach
  void repository() throws IOException {
    BuiltTombolo.in(root);
  }

  @Test
  void twoVmsAreMeasuredAloneAndUnderSiege() throws InterruptedException {
    BuiltTombolo.assumeDebian();

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
