// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.testing.WorkTree;
import tombolo.topology.FaultSpec;
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

  private static Topology greeting(String... faults) {
    Topology topology = TopologyFile.read(WorkTree.path("examples/greeting.toml"));
    List<String> vms = List.of("alice", "bob");
    return topology.withFaults(
        Arrays.stream(faults).map(fault -> FaultSpec.parse(fault, vms)).toList());
  }

  /** What has no order in time: the ends of 40 runs. */
  private static Set<String> ends(Topology topology) throws InterruptedException {
    Set<String> ends = new TreeSet<>();
    for (long seed = 1; seed <= 40; seed++) {
      Failure failure = run(topology, seed).failure();
      ends.add(failure == null ? "good" : failure.what());
    }
    return ends;
  }

  @Test
  void lateBellsSpuriousWakeUpsAndJumpsHarmNobody() throws InterruptedException {
    String[] harmless = {
      "delay-bells alice", "delay-bells bob", "wake alice", "wake bob", "jump clock"
    };
    assertThat(ends(greeting(harmless))).containsExactly("good");
  }

  /** Each letter waits for the bell of the one before. */
  @Test
  void bellsComeLate() throws InterruptedException {
    Topology letters = TopologyFile.read(WorkTree.path("examples/bugs/lost-wakeup-fixed.toml"));
    Topology disturbed =
        letters.withFaults(List.of(FaultSpec.parse("delay-bells two", List.of("one", "two"))));
    long undisturbed = 0;
    long late = 0;
    for (long seed = 1; seed <= 20; seed++) {
      undisturbed = Math.max(undisturbed, run(letters, seed).nanos());
      late = Math.max(late, run(disturbed, seed).nanos());
    }
    assertThat(undisturbed).isLessThan(10_000_000);
    assertThat(late).isGreaterThan(10_000_000);
  }

  @Test
  void operationsAreRefused() throws InterruptedException {
    assertThat(ends(greeting("refuse alice"))).contains("good", "alice failed with code 1");
  }

  @Test
  void aRunWithFaultsIsARun() throws InterruptedException {
    Topology topology =
        greeting("delay-bells bob", "wake alice", "refuse bob", "jump clock", "stall alice");
    for (long seed = 1; seed <= 10; seed++) {
      assertThat(run(topology, seed)).isEqualTo(run(topology, seed));
    }
  }

  /** A run that fails because of a fault has that fault as its one difference from a calm one. */
  @Test
  void aFaultIsWhatShrinkingLeaves() throws InterruptedException {
    Topology topology = greeting("refuse alice", "delay-bells bob", "wake alice");
    SimulationOptions options =
        new SimulationOptions(1, MemoryModel.SC, 60_000_000_000L, List.of(), true);
    Exploration.Summary summary =
        new Exploration(topology, options, 1_000, false, () -> false).explore(1);
    long seed = summary.failures().getFirst().seed();

    Shrinking.Result result =
        Objects.requireNonNull(
            Shrinking.shrink(topology, options.withSeed(seed), new SimulationWatcher() {}));

    assertThat(result.after()).isEqualTo(1);
    assertThat(result.text().toString()).contains("fault: an operation is refused");
  }
}
