// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/**
 * The bugs of {@code examples/bugs} are found, and come back from their seed; nothing is found in
 * their repaired twins, nor in the examples. {@code -Dtombolo.bugs.runs=10000} makes so many runs
 * of each twin and example, {@code -Dtombolo.bugs.replays=100} so many replays.
 */
@Timeout(value = 1_800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlantedBugsTest {
  private static final int MOST_RUNS = 2_000;
  private static final int RUNS = Integer.getInteger("tombolo.bugs.runs", 60);
  private static final int REPLAYS = Integer.getInteger("tombolo.bugs.replays", 3);

  static Stream<String> bugs() {
    return Stream.of(
        "lost-wakeup",
        "no-release",
        "no-acquire",
        "double-fetch",
        "crossed-bells",
        "stale-generation",
        "aba",
        "interrupt-race",
        "seqlock",
        "half-message");
  }

  private static Topology example(String name) {
    return TopologyFile.read(WorkTree.path("examples/" + name + ".toml"));
  }

  private static SimulationOptions options(MemoryModel model) {
    return new SimulationOptions(1, model, 70_000_000_000L, List.of(), true);
  }

  private static Exploration.Summary explore(Topology topology, MemoryModel model, int runs)
      throws InterruptedException {
    return new Exploration(topology, options(model), runs, false, () -> false)
        .explore(Runtime.getRuntime().availableProcessors());
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void aPlantedBugIsFoundAndComesBackFromItsSeed(String bug) throws InterruptedException {
    Topology topology = example("bugs/" + bug);

    List<Exploration.FailedRun> found = explore(topology, MemoryModel.RVWMO, MOST_RUNS).failures();

    assertThat(found).isNotEmpty();
    Set<String> fingerprints = new TreeSet<>();
    for (int i = 0; i < REPLAYS; i++) {
      SimulationResult again =
          Objects.requireNonNull(
              Simulation.run(
                  topology,
                  options(MemoryModel.RVWMO).withSeed(found.getFirst().seed()),
                  new SimulationWatcher() {}));
      assertThat(again.failure()).isEqualTo(found.getFirst().failure());
      fingerprints.add(again.fingerprint());
    }
    assertThat(fingerprints).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void nothingIsFoundInARepairedTwin(String bug) throws InterruptedException {
    Exploration.Summary summary =
        explore(example("bugs/" + bug + "-fixed"), MemoryModel.RVWMO, RUNS);

    assertThat(summary.failures()).isEmpty();
    assertThat(summary.runs()).isEqualTo(RUNS);
  }

  /** A fence that is not there is missed under RVWMO alone. */
  @ParameterizedTest
  @ValueSource(strings = {"no-release", "no-acquire"})
  void aMissingFenceDoesNotShowOnX86(String bug) throws InterruptedException {
    assertThat(explore(example("bugs/" + bug), MemoryModel.TSO, 10 * RUNS).failures()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"greeting", "axvisor", "fan-out", "restart", "intruder"})
  void nothingIsFoundInAnExample(String example) throws InterruptedException {
    Exploration.Summary summary = explore(example(example), MemoryModel.RVWMO, RUNS);

    assertThat(summary.failures()).isEmpty();
    assertThat(summary.runs()).isEqualTo(RUNS);
  }

  @Test
  void everyTopologyWithABugHasATest() {
    String[] files = Objects.requireNonNull(WorkTree.path("examples/bugs").toFile().list());

    assertThat(files)
        .containsExactlyInAnyOrderElementsOf(
            bugs().flatMap(bug -> Stream.of(bug + ".toml", bug + "-fixed.toml")).toList());
  }
}
