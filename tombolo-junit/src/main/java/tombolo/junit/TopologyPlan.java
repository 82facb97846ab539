// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.SteppedHost;
import tombolo.sim.Simulation;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/**
 * A topology to start.
 *
 * @param file a topology file, or empty
 * @param text the text of one, if there is no file
 * @param standIns VMs in whose place the test is
 * @param deadline of waits that name none, positive
 * @param seed of a simulated run; null: the VMs run in the host's time
 */
record TopologyPlan(
    String file, String text, Set<String> standIns, Duration deadline, @Nullable Long seed) {
  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Names a text in messages about its mistakes; nothing is read from there. */
  private static final Path TEXT = Path.of("topology");

  TopologyPlan {
    standIns = Collections.unmodifiableSet(new LinkedHashSet<>(standIns));
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("a deadline of " + deadline + ": must be positive");
    }
  }

  static TopologyPlan of(WithTopology wanted) {
    if (wanted.value().isEmpty() == wanted.text().isEmpty()) {
      throw new ExtensionConfigurationException(
          "@WithTopology: give a file or a text, and not both");
    }
    return new TopologyPlan(
        wanted.value(),
        wanted.text(),
        new LinkedHashSet<>(List.of(wanted.standIns())),
        Duration.ofSeconds(wanted.deadlineSeconds()),
        seed(wanted.seed()));
  }

  private static @Nullable Long seed(long[] wanted) {
    if (wanted.length > 1) {
      throw new ExtensionConfigurationException("@WithTopology: give one seed, or none");
    }
    return wanted.length == 0 ? null : (Long) wanted[0];
  }

  /** Returns the same plan with a seed. */
  TopologyPlan withSeed(long number) {
    return new TopologyPlan(file, text, standIns, deadline, number);
  }

  /**
   * Reads the topology.
   *
   * @throws tombolo.topology.file.TopologyException if it has mistakes
   */
  Topology topology() {
    return file.isEmpty() ? TopologyFile.parse(text, TEXT) : TopologyFile.read(Path.of(file));
  }

  /**
   * Starts it.
   *
   * @throws tombolo.topology.file.TopologyException if the topology has mistakes
   * @throws tombolo.topology.InputException if it can't be simulated, but has a seed
   */
  RunningTopology start() {
    Topology topology = topology();
    if (seed == null) {
      return RunningTopology.start(topology, standIns, deadline, HostServices.system());
    }
    Simulation.check(topology);
    return RunningTopology.start(topology, standIns, deadline, new SteppedHost(seed).services());
  }
}
