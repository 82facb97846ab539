// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** Faults that a topology allows in its simulated runs. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsTest {
  private static Topology ticker(String fault, int restarts) {
    return TopologyFile.parse(
        """
        [vm.a]
        kernel = '%s'
        memory = '16 MiB'
        append = 'n=10 hz=1000'
        restart = %d

        [simulation]
        faults = ['%s a']
        """
            .formatted(WorkTree.path("guests/bin/ticker.elf"), restarts, fault),
        Path.of("topology"));
  }

  private static SimulationResult run(Topology topology, long seed) throws InterruptedException {
    SimulationOptions options =
        new SimulationOptions(seed, MemoryModel.SC, 60_000_000_000L, List.of(), true);
    return Objects.requireNonNull(Simulation.run(topology, options, new SimulationWatcher() {}));
  }

  @Test
  void aVmThatIsKilledEndsAndFailsNothing() throws InterruptedException {
    Set<String> ends = new TreeSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      SimulationResult result = run(ticker("kill", 0), seed);
      assertThat(result.failure()).isNull();
      ends.add(result.report().stopped().isEmpty() ? "by itself" : "killed");
    }
    assertThat(ends).containsExactly("by itself", "killed");
  }

  @Test
  void aVmThatIsKilledBootsAgainIfItMay() throws InterruptedException {
    for (long seed = 1; seed <= 20; seed++) {
      SimulationResult result = run(ticker("kill", 1), seed);
      assertThat(result.failure()).isNull();
      assertThat(result.report().stopped()).isEmpty();
      assertThat(result).isEqualTo(run(ticker("kill", 1), seed));
    }
  }

  @Test
  void aVmThatStallsGoesOnLater() throws InterruptedException {
    TreeSet<Long> seconds = new TreeSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      SimulationResult result = run(ticker("stall", 0), seed);
      assertThat(result.failure()).isNull();
      seconds.add(result.nanos());
    }
    assertThat(seconds.first()).isLessThan(20_000_000);
    assertThat(seconds.last()).isGreaterThan(100_000_000);
  }
}
