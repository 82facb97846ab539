// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tombolo.testing.RequiredTool;

/**
 * Repeats a comparison in a JVM that compiles with C1 alone. C2 has miscompiled emulators before:
 * what differs with C1, too, is a fault of ours, and what does not may be one of C2's.
 *
 * @param seed of the programs
 * @param vectorBits of the harts
 * @param instructions that they execute
 */
record Rerun(long seed, int vectorBits, long instructions) {
  private static final String ANSWER = "differences with C1: ";

  /** The properties that decide what is tested. */
  private static final List<String> PASSED_ON = List.of("tombolo.engine", "differential.vectors");

  /** Compares, and counts the programs that differ. */
  DifferentialRun.Verdict run() {
    Disassembler disassembler =
        new Disassembler(
            RequiredTool.requireFetched("riscv64-linux-gnu-as"),
            RequiredTool.requireFetched("riscv64-linux-gnu-objdump"));
    Target qemu =
        new QemuTarget(
            RequiredTool.requireFetched("qemu-system-riscv64"),
            List.of("-cpu", QemuTarget.cpu(vectorBits)));
    Comparison comparison =
        new Comparison(qemu, new TomboloTarget(vectorBits), DifferentialTest.DEADLINE);
    return new DifferentialRun(seed, comparison, disassembler, System.out).run(instructions, 1);
  }

  /** Compares in a JVM with C1 alone, and says what that tells. */
  String verdictOfC1() {
    long differences = differencesWithC1();
    return differences == 0
        ? "no difference with C1 alone: C2 may have miscompiled something"
        : differences + " differences with C1 alone: a fault of ours";
  }

  /** Returns how many programs differ in a JVM with C1 alone. */
  long differencesWithC1() {
    List<String> command =
        Stream.of(
                Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                Stream.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
                PASSED_ON.stream()
                    .filter(name -> System.getProperty(name) != null)
                    .map(name -> "-D%s=%s".formatted(name, System.getProperty(name))),
                Stream.of("-cp", System.getProperty("java.class.path"), Rerun.class.getName()),
                Stream.of(seed, vectorBits, instructions).map(String::valueOf))
            .flatMap(words -> words)
            .toList();
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return output
          .lines()
          .filter(line -> line.startsWith(ANSWER))
          .mapToLong(line -> Long.parseLong(line.substring(ANSWER.length())))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no answer of the JVM with C1: " + output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program of the JVM with C1 alone. */
  public static void main(String[] arguments) {
    Rerun same =
        new Rerun(
            Long.parseLong(arguments[0]),
            Integer.parseInt(arguments[1]),
            Long.parseLong(arguments[2]));
    System.out.println(ANSWER + same.run().differences());
  }
}
