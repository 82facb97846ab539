// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/**
 * Litmus tests: every weak outcome that a model allows is reached, except load buffering's, and
 * none that it forbids. {@code -Dtombolo.litmus.runs=10000} makes so many rounds of what is
 * forbidden.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LitmusTest {
  /** Rounds in which an allowed outcome has to come. */
  private static final int ENOUGH = 10_000;

  private static final int ROUNDS = 100;
  private static final int FORBIDDEN_ROUNDS = Integer.getInteger("tombolo.litmus.runs", 600);

  /** A litmus test, with its fences or without, and the models that allow its weak outcome. */
  record Litmus(String test, boolean fenced, MemoryModel model, boolean allowed) {}

  private static Stream<Litmus> of(String test, boolean fenced, MemoryModel... allowing) {
    return Stream.of(MemoryModel.values())
        .map(model -> new Litmus(test, fenced, model, List.of(allowing).contains(model)));
  }

  static Stream<Litmus> all() {
    return Stream.of(
            of("sb", false, MemoryModel.RVWMO, MemoryModel.TSO),
            of("sb", true),
            of("mp", false, MemoryModel.RVWMO),
            of("mp", true),
            of("mp-address", false),
            of("mp-stack", false),
            of("mp-branch", false, MemoryModel.RVWMO),
            of("s", false, MemoryModel.RVWMO),
            of("s", true),
            of("r", false, MemoryModel.RVWMO, MemoryModel.TSO),
            of("r", true),
            of("2+2w", false, MemoryModel.RVWMO),
            of("2+2w", true),
            of("wrc", false, MemoryModel.RVWMO),
            of("wrc", true),
            of("iriw", false, MemoryModel.RVWMO),
            of("iriw", true),
            of("lb", false), // RVWMO allows it; loads here take effect in order
            of("lb", true),
            of("corr", false))
        .flatMap(litmus -> litmus);
  }

  @ParameterizedTest
  @MethodSource("all")
  void reachesWhatItAllowsAndNothingElse(Litmus litmus) throws InterruptedException {
    int most = litmus.allowed ? ENOUGH : FORBIDDEN_ROUNDS;
    long weak = 0;
    for (int seed = 1; weak == 0 && seed <= most / ROUNDS; seed++) {
      weak += weakOutcomes(litmus, seed);
    }
    if (litmus.allowed) {
      assertThat(weak).isPositive();
    } else {
      assertThat(weak).isZero();
    }
  }

  private static long weakOutcomes(Litmus litmus, long seed) throws InterruptedException {
    Topology topology =
        TopologyFile.parse(
            """
            [vm.weak]
            kernel = '%s'
            vcpus = 4
            memory = '16 MiB'
            append = 'test=%s rounds=%d%s'
            """
                .formatted(
                    WorkTree.path("guests/bin/weak.elf"),
                    litmus.test,
                    ROUNDS,
                    litmus.fenced ? " fenced" : ""),
            Path.of("topology"));
    Lines lines = new Lines();
    SimulationOptions options =
        new SimulationOptions(seed, litmus.model, 60_000_000_000L, List.of(), false);

    SimulationResult result = Simulation.run(topology, options, lines);

    assertThat(result).isNotNull();
    assertThat(result.failure()).as("seed %d: %s", seed, lines.all()).isNull();
    String[] words = lines.all().getLast().split(" ", -1); // weak: weak NAME: N of ROUNDS
    assertThat(words).endsWith("of", String.valueOf(ROUNDS));
    return Long.parseLong(words[words.length - 3]);
  }
}
