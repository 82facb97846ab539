// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.topology.FaultSpec;
import tombolo.topology.SimulationSpec;

/** The table of simulated runs: what it means, and what can be wrong with it. */
class SimulationMistakesTest {
  private static final String VM = "[vm.a]\nkernel = 'k.elf'\n";

  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @Test
  void faultsAndPatternsAreRead() throws Exception {
    SimulationSpec simulation =
        files
            .read(VM + "[simulation]\nfaults = ['kill a', 'stall a']\nfail-on = ['no+', 'x']\n")
            .simulation();

    assertThat(simulation.faults())
        .containsExactly(
            new FaultSpec(FaultSpec.Kind.KILL, "a"), new FaultSpec(FaultSpec.Kind.STALL, "a"));
    assertThat(simulation.failOn()).extracting(Object::toString).containsExactly("no+", "x");
  }

  @Test
  void aTopologyWithoutTheTableHasNoFaults() throws Exception {
    assertThat(files.read(VM).simulation()).isEqualTo(SimulationSpec.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "faults = ['burn a'] | \"burn a\": not a fault; write one of \"kill VM\"",
        "faults = ['kill b'] | \"kill b\": names no VM; there is a",
        "faults = ['kill'] | names no VM",
        "faults = 'kill a' | an array of faults",
        "faults = [1] | found",
        "fail-on = ['('] | no regular expression: Unclosed group",
        "speed = 1 | speed"
      })
  void aMistakeIsSaid(String key, String message) {
    assertThatThrownBy(() -> files.read(VM + "[simulation]\n" + key + "\n"))
        .hasMessageContaining(message);
  }
}
