// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** A failure is reduced to a handful of differences from a calm run, and told. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShrinkingTest {
  private static Topology bug(String name) {
    return TopologyFile.read(WorkTree.path("examples/bugs/" + name + ".toml"));
  }

  private static SimulationOptions options() {
    return new SimulationOptions(1, MemoryModel.RVWMO, 70_000_000_000L, List.of(), false);
  }

  private static SimulationOptions failing(Topology topology) throws InterruptedException {
    Exploration.Summary summary =
        new Exploration(topology, options(), 2_000, false, () -> false)
            .explore(Runtime.getRuntime().availableProcessors());
    return options().withSeed(summary.failures().getFirst().seed());
  }

  private static Shrinking.Result shrunk(Topology topology) throws InterruptedException {
    return Objects.requireNonNull(
        Shrinking.shrink(topology, failing(topology), new SimulationWatcher() {}));
  }

  @ParameterizedTest
  @CsvSource({
    "lost-wakeup, 3",
    "no-release, 6",
    "no-acquire, 6",
    "double-fetch, 6",
    "crossed-bells, 3",
    "stale-generation, 3",
    "aba, 20",
    "seqlock, 6",
    "half-message, 3"
  })
  void aHandfulOfDifferencesIsEnough(String bug, int most) throws InterruptedException {
    Shrinking.Result result = shrunk(bug(bug));

    assertThat(result.before()).isGreaterThan(50);
    assertThat(result.after()).isBetween(1, most);
    assertThat(result.timeline().lines()).isNotEmpty();
  }

  /** What a run remembers of itself is all of it: the seed is not needed to repeat it. */
  @ParameterizedTest
  @MethodSource("tombolo.sim.PlantedBugsTest#bugs")
  void theDifferencesOfARunGiveItsFailureAgain(String bug) throws InterruptedException {
    Topology topology = bug(bug);
    SimulationOptions failing = failing(topology);
    RandomChoices choices = Simulation.random(failing, true);
    SimulationWatcher nobody = new SimulationWatcher() {};
    SimulationResult first = Simulation.run(topology, failing, nobody, choices, Observer.NONE);

    SimulationResult again =
        Simulation.run(
            topology,
            failing,
            nobody,
            new PlannedChoices(choices.plan().orElseThrow(), Observer.NONE),
            Observer.NONE);

    assertThat(Objects.requireNonNull(again).failure())
        .isEqualTo(Objects.requireNonNull(first).failure());
  }

  @Test
  void theTimelineTellsOfALostWakeUp() throws InterruptedException {
    List<Timeline.Line> lines = shrunk(bug("lost-wakeup")).timeline().lines();

    Timeline.Line stop =
        lines.stream()
            .filter(line -> line.what().startsWith("stops here"))
            .findFirst()
            .orElseThrow();
    List<Timeline.Line> after = lines.subList(lines.indexOf(stop), lines.size());
    assertThat(stop.who()).isEqualTo("two/vcpu0");
    assertThat(after).anyMatch(line -> line.where().startsWith("post"));
    assertThat(after.stream().filter(line -> line.where().startsWith("collect")))
        .anyMatch(line -> line.what().startsWith("stores 1 to 0x400001050"));
  }

  @Test
  void theTimelineTellsOfAStoreThatBecomesVisibleLate() throws InterruptedException {
    List<Timeline.Line> lines = shrunk(bug("no-release")).timeline().lines();

    assertThat(lines)
        .anyMatch(
            line ->
                line.what().contains("not visible yet") || line.what().contains("an old value"));
  }

  @Test
  void aRunThatDoesNotFailIsNotShrunk() throws InterruptedException {
    assertThat(Shrinking.shrink(bug("seqlock-fixed"), options(), new SimulationWatcher() {}))
        .isNull();
  }
}
