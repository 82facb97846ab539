// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/** The differential test, tested: QEMU takes both parts, and must find no fault with itself. */
class DifferentialSelfTest {
  private static final long SEED = 1;
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Path qemu = RequiredTool.requireFetched("qemu-system-riscv64");
  private final Disassembler disassembler =
      new Disassembler(
          RequiredTool.requireFetched("riscv64-linux-gnu-as"),
          RequiredTool.requireFetched("riscv64-linux-gnu-objdump"));
  private final Target oracle = new QemuTarget(qemu, List.of());

  @Test
  void qemuAgreesWithItselfHoweverItTranslates() {
    Target instructionByInstruction = new QemuTarget(qemu, QemuTarget.ONE_BY_ONE);
    Comparison comparison = new Comparison(oracle, instructionByInstruction, DEADLINE);
    DifferentialRun run = new DifferentialRun(SEED, comparison, disassembler, System.out);
    assertThat(run.run(0, 200).differences()).isZero();
  }

  @Test
  void everyInstructionIsExecutedOftenEnough() {
    Map<String, Integer> counts = Coverage.measure(qemu, programs(400), DEADLINE);
    List<String> rare =
        counts.entrySet().stream()
            .filter(count -> count.getValue() < 5)
            .map(count -> count.getKey() + ": " + count.getValue())
            .toList();
    assertThat(rare).as("instructions executed fewer than 5 times by 400 programs").isEmpty();
  }

  @Test
  void aMachineThatLacksAnExtensionIsFoundOutByAMinimalProgram() {
    Target withoutZbs = new QemuTarget(qemu, List.of("-cpu", QemuTarget.CPU + ",zbs=off"));
    Comparison comparison = new Comparison(oracle, withoutZbs, DEADLINE);
    Program found =
        comparison.run(programs(50)).stream()
            .filter(Comparison.Pair::differs)
            .findFirst()
            .orElseThrow()
            .program();
    Program minimal = new Minimizer(comparison).minimize(found);
    assertThat(minimal.words().stream().map(Word::mnemonic).limit(1))
        .as("the first of %s", minimal.words())
        .allMatch(mnemonic -> mnemonic.matches("(bset|bclr|binv|bext)i?"));
    assertThat(minimal.words()).as("one instruction and the ending").hasSize(1 + 3);

    List<String> report = new Report(comparison, disassembler).lines(SEED, minimal);
    assertThat(report)
        .anyMatch(line -> line.contains(minimal.words().getFirst().mnemonic()))
        .anyMatch(line -> line.contains("number of traps"));
  }

  @Test
  void oneDifferentHashIsOneDifference() {
    Target liar =
        altered(console -> console.replaceFirst("(?m)^P 5 [0-9a-f]+", "P 5 123456789abcdef"));
    List<Integer> different =
        new Comparison(oracle, liar, DEADLINE)
            .run(programs(10)).stream()
                .filter(Comparison.Pair::differs)
                .map(pair -> pair.program().index())
                .toList();
    assertThat(different).containsExactly(5);
  }

  @Test
  void aProgramThatDoesNotEndIsOneDifferenceAndTheRestStillRuns() {
    Target stuck = altered(console -> console.replaceFirst("(?ms)^P 5 .*", ""));
    List<Comparison.Pair> pairs = new Comparison(oracle, stuck, DEADLINE).run(programs(10));
    assertThat(pairs).hasSize(10);
    assertThat(pairs.stream().filter(Comparison.Pair::differs).map(pair -> pair.program().index()))
        .containsExactly(5);
  }

  @Test
  void aSeedDrawsTheSameProgramsForEver() {
    byte[] once = Batch.image(programs(20), false);
    assertThat(Batch.image(programs(20), false)).isEqualTo(once);
  }

  @Test
  void theBuiltImagesAreWhatTheirSourcesBuild(@TempDir Path directory) throws Exception {
    RequiredTool.require("riscv64-linux-gnu-gcc");
    for (String name : List.of("build", "firmware.S", "harness.S")) {
      Files.write(directory.resolve(name), Batch.resource(name));
    }
    Process build =
        new ProcessBuilder("sh", directory.resolve("build").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(build.waitFor()).as(output).isZero();
    for (String name : List.of("firmware.bin", "harness.bin")) {
      assertThat(directory.resolve(name)).hasBinaryContent(Batch.resource(name));
    }
  }

  private static List<Program> programs(int count) {
    Generator generator = new Generator(SEED);
    return IntStream.range(0, count).mapToObj(generator::program).toList();
  }

  /** QEMU, but for what {@code alteration} makes of its console. */
  private Target altered(UnaryOperator<String> alteration) {
    return new Target() {
      @Override
      public String name() {
        return "altered " + oracle.name();
      }

      @Override
      public String run(byte[] image, Duration deadline) {
        return alteration.apply(oracle.run(image, deadline));
      }
    };
  }
}
