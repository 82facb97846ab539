// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tombolo.cli.view.Json;
import tombolo.machine.Accelerator;
import tombolo.machine.Availability;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.BoardModel;
import tombolo.machine.image.ElfMachine;
import tombolo.topology.Platform;

class DoctorCommandTest {
  @Test
  void itSaysWhatRunsVmsHereAndHowLarge() {
    Tombolo.Result result = new Tombolo().run("doctor");

    assertThat(result.out())
        .containsPattern("JDK +" + Runtime.version().feature())
        .contains(System.getProperty("os.arch"))
        .containsPattern("memory +16384 MiB, \\d+ MiB of them free")
        .containsPattern("accelerator riscv +works: .*1 to 8 vCPUs and at most 14336 MiB")
        .contains("shared memory")
        .containsPattern("/dev/kvm +(not )?present");
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
  }

  @Test
  void itSaysTheSameInJson() {
    Tombolo.Result result = new Tombolo().run("doctor", "--json");

    assertThat(result.out())
        .startsWith("{\n  \"works\": true,\n")
        .contains("\"memoryBytes\": 17179869184,")
        .contains("\"name\": \"riscv\",\n      \"works\": true,")
        .contains("\"maxVcpus\": 8,")
        .endsWith("}\n");
    assertThat(result.status()).isZero();
  }

  @Test
  void withoutAnAcceleratorItSaysWhyNotAndWhatToDoAndFails() {
    Platform none = Platform.of(new Absent());

    Tombolo.Result lines = new Tombolo().on(List.of(none)).run("doctor");
    Tombolo.Result json = new Tombolo().on(List.of(none)).run("doctor", "--json");

    assertThat(lines.out()).contains("does not work: no such thing; get one");
    assertThat(lines.status()).isEqualTo(1);
    assertThat(json.out())
        .contains("\"works\": false", "\"reason\": \"no such thing\"", "\"remedy\": \"get one\"");
    assertThat(json.status()).isEqualTo(1);
  }

  @Test
  void jsonIsWrittenAsItsStandardHasIt() {
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("a \"b\" \\ \n", List.of());
    value.put("none", null);
    value.put("list", List.of(1, true, "x"));
    value.put("map", Map.of());

    assertThat(Json.write(value))
        .isEqualTo(
            """
            {
              "a \\"b\\" \\\\ \\u000a": [],
              "none": null,
              "list": [
                1,
                true,
                "x"
              ],
              "map": {}
            }\
            """);
  }

  private static final class Absent implements Accelerator {
    @Override
    public String name() {
      return "absent";
    }

    @Override
    public Availability availability() {
      return new Availability.Unavailable("no such thing", "get one");
    }

    @Override
    public int maxVcpus() {
      return 1;
    }

    @Override
    public List<BoardModel> boards() {
      return List.of(new BoardModel("apic", ElfMachine.X86_64, 0, 1L << 30, 5));
    }

    @Override
    public Board createBoard(BoardModel model, BoardContext context) {
      throw new UnsupportedOperationException();
    }
  }
}
