// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** Many runs of one topology, in several threads. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExplorationTest {
  private static Topology litmus(String test) {
    return TopologyFile.parse(
        "[vm.weak]%nkernel = '%s'%nvcpus = 4%nmemory = '16 MiB'%nappend = 'test=%s rounds=1'%n"
            .formatted(WorkTree.path("guests/bin/weak.elf"), test),
        Path.of("topology"));
  }

  private static SimulationOptions failingOn(String pattern) {
    return new SimulationOptions(
        1, MemoryModel.RVWMO, 1_000_000_000, List.of(Pattern.compile(pattern)), false);
  }

  private static Exploration.Summary explore(SimulationOptions options, int threads)
      throws InterruptedException {
    return new Exploration(litmus("sb"), options, 300, false, () -> false).explore(threads);
  }

  @Test
  void findsTheSmallestSeedThatFailsWithOneThreadAndWithMany() throws InterruptedException {
    SimulationOptions options = failingOn(": 1 of 1");

    Exploration.Summary one = explore(options, 1);
    Exploration.Summary many = explore(options, 3);

    assertThat(one.failures()).hasSize(1);
    assertThat(many.failures().getFirst()).isEqualTo(one.failures().getFirst());
    assertThat(one.runs()).isEqualTo(one.failures().getFirst().seed());
  }

  @Test
  void aSeedThatFailedFailsAgainInTheSameWay() throws InterruptedException {
    SimulationOptions options = failingOn(": 1 of 1");
    Exploration.FailedRun found = explore(options, 2).failures().getFirst();

    SimulationResult again =
        Objects.requireNonNull(
            Simulation.run(
                litmus("sb"), options.withSeed(found.seed()), new SimulationWatcher() {}));

    assertThat(again.failure()).isEqualTo(found.failure());
  }

  @Test
  void countsRunsAndOutcomes() throws InterruptedException {
    Exploration.Summary summary = explore(failingOn("no such line"), 2);

    assertThat(summary.runs()).isEqualTo(300);
    assertThat(summary.outcomes()).isEqualTo(2); // the weak one and the others
    assertThat(summary.failures()).isEmpty();
  }

  @Test
  void goesOnAfterAFailureIfItIsTold() throws InterruptedException {
    Exploration.Summary summary =
        new Exploration(litmus("sb"), failingOn(": 1 of 1"), 300, true, () -> false).explore(2);

    assertThat(summary.runs()).isEqualTo(300);
    assertThat(summary.failures()).hasSizeGreaterThan(1);
  }

  @Test
  void endsEarlyWhenSomebodyWantsThat() throws InterruptedException {
    Exploration exploration =
        new Exploration(litmus("sb"), failingOn("never"), Long.MAX_VALUE / 2, true, () -> true);

    assertThat(exploration.explore(2).runs()).isZero();
  }

  @Test
  void aMistakeOfOursIsThrown() {
    SimulationOptions broken =
        new SimulationOptions(1, MemoryModel.SC, Long.MAX_VALUE, List.of(), false);

    assertThatThrownBy(
            () ->
                new Exploration(
                        litmus("sb"),
                        broken,
                        1,
                        false,
                        () -> {
                          throw new IllegalStateException("on purpose");
                        })
                    .explore(1))
        .hasMessage("on purpose");
  }
}
