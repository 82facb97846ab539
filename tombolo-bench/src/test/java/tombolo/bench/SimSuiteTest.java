// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.testing.WorkTree;

/** Runs the suite for a few seconds. They show that it works, and nothing about speed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SimSuiteTest {
  @Test
  void schedulesHartsModelsAndCheckpointsAreMeasured() throws InterruptedException {
    Invocation run =
        Invocation.in(
            WorkTree.path("examples").resolveSibling(""), "sim", "--quick", "--runs", "1");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figureNames())
        .contains(
            "sim.schedules",
            "sim.busy-hart.ratio",
            "sim.rvwmo.ratio",
            "sim.checkpoint",
            "sim.restore");
  }
}
