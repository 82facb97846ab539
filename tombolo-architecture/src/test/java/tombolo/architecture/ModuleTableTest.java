// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which module may use which, and what besides the JDK: the table in docs/architecture.md. */
class ModuleTableTest {
  /** A row: the packages under {@code tombolo.<name>} may use these packages besides their own. */
  record Row(String name, List<String> mayUse) {
    Row(String name, String... mayUse) {
      this(name, List.of(mayUse));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final String MEMORY = "tombolo.memory..";
  private static final String MACHINE = "tombolo.machine..";
  private static final String RISCV = "tombolo.riscv..";
  private static final String RING = "tombolo.ring..";
  private static final String IVC = "tombolo.ivc..";
  private static final String TOPOLOGY = "tombolo.topology..";
  private static final String DEBUG = "tombolo.debug..";
  private static final String SIM = "tombolo.sim..";
  private static final String BRIDGE = "tombolo.bridge..";

  static Stream<Row> table() {
    return Stream.of(
        new Row("memory"),
        new Row("machine", MEMORY),
        new Row("riscv", MEMORY, MACHINE),
        new Row("debug", MEMORY, MACHINE),
        new Row("ring"),
        new Row("guest", RING),
        new Row("ivc", MEMORY, MACHINE, RING),
        new Row("topology", MEMORY, MACHINE, RISCV, IVC, "org.tomlj..", "com.sun.management.."),
        new Row("bridge", MACHINE, RING, IVC, TOPOLOGY, "org.agrona..", "io.aeron.."),
        new Row("sim", MEMORY, MACHINE, RISCV, DEBUG, IVC, TOPOLOGY),
        new Row(
            "cli",
            MEMORY,
            MACHINE,
            DEBUG,
            RING,
            IVC,
            TOPOLOGY,
            BRIDGE,
            SIM,
            "picocli..",
            "sun.misc.."),
        new Row(
            "junit",
            MEMORY,
            MACHINE,
            RING,
            IVC,
            TOPOLOGY,
            SIM,
            "org.junit.jupiter.api..",
            "org.junit.platform.commons..",
            "org.opentest4j.."),
        new Row(
            "bench",
            MEMORY,
            DEBUG,
            MACHINE,
            RISCV,
            RING,
            IVC,
            TOPOLOGY,
            BRIDGE,
            SIM,
            "tombolo.cli..",
            "org.openjdk.jmh..",
            "org.agrona..",
            "io.aeron..",
            "org.jctools..",
            "org.HdrHistogram.."));
  }

  @ParameterizedTest
  @MethodSource("table")
  void aModuleUsesTheJdkAndWhatItsRowAllows(Row row) {
    String own = "tombolo." + row.name() + "..";
    Stream<String> everywhere = Stream.of("java..", "jdk.jfr..", "org.jspecify.annotations..", own);
    String[] allowed = Stream.concat(everywhere, row.mayUse().stream()).toArray(String[]::new);

    classes()
        .that()
        .resideInAPackage(own)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed)
        .check(Code.ALL);
  }

  @Test
  void everyClassBelongsToARow() {
    Set<String> rows = table().map(Row::name).collect(Collectors.toSet());

    assertThat(Code.ALL.stream().map(Code::module).collect(Collectors.toSet())).isEqualTo(rows);
  }
}
