// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import tombolo.machine.host.HostServices;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/**
 * A topology to start.
 *
 * @param file a topology file, or empty
 * @param text the text of one, if there is no file
 * @param standIns VMs in whose place the test is
 * @param deadline of waits that name none, positive
 */
record TopologyPlan(String file, String text, Set<String> standIns, Duration deadline) {
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
        Duration.ofSeconds(wanted.deadlineSeconds()));
  }

  /**
   * @throws tombolo.topology.file.TopologyException if the topology has mistakes
   */
  RunningTopology start() {
    Topology topology =
        file.isEmpty() ? TopologyFile.parse(text, TEXT) : TopologyFile.read(Path.of(file));
    return RunningTopology.start(topology, standIns, deadline, HostServices.system());
  }
}
