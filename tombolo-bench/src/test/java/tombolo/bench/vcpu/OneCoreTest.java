// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tombolo.bench.suite.BenchmarkException;
import tombolo.testing.RequiredTool;

class OneCoreTest {
  @Test
  void theLastProcessorOfAListIsChosen() {
    assertThat(OneCore.last("3")).isEqualTo(3);
    assertThat(OneCore.last("0-11")).isEqualTo(11);
    assertThat(OneCore.last("0-3,8-9,15")).isEqualTo(15);
  }

  @Test
  void aProcessThatIsHeldMayUseThisProcessorOnly() throws Exception {
    RequiredTool.require("taskset");
    OneCore core = OneCore.choose();
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      core.hold(other.pid());

      assertThat(Files.readAllLines(Path.of("/proc/" + other.pid() + "/status")))
          .contains("Cpus_allowed_list:\t" + core.processor());
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void aProcessorThatIsNotThereIsReported() {
    RequiredTool.require("taskset");
    OneCore none = new OneCore(1_000);

    assertThatThrownBy(() -> none.hold(ProcessHandle.current().pid()))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("affinity");
  }
}
