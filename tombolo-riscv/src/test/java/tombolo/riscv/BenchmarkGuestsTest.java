// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.power.StopReason;
import tombolo.testing.RequiredTool;

/**
 * The benchmarks compute what they compute under QEMU's two emulators, and retire exactly as many
 * instructions as its system emulator counts.
 */
class BenchmarkGuestsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "coremark-like, 20",
    "crc32, 2",
    "floating-point, 200",
    "matrix, 1",
    "memcopy, 1",
    "quicksort, 1",
    "sieve, 1"
  })
  void sameChecksumAndSameInstructionsAsQemu(String name, int rounds) throws Exception {
    GuestRun.Outcome ours = GuestRun.of("bench/" + name).append("n=" + rounds).runWithVectors(128);
    assertThat(ours.reason()).as(ours.text()).isEqualTo(new StopReason.PowerOff());

    String file = GuestRun.file("bench/" + name).toString();
    List<String> asLinuxProgram =
        run(RequiredTool.require("qemu-riscv64").toString(), file, "n=" + rounds);
    assertThat(asLinuxProgram).hasSize(2).last().isEqualTo("ok");
    assertThat(ours.lines()).containsSubsequence(asLinuxProgram);

    List<String> onQemusBoard =
        run(
            RequiredTool.require("qemu-system-riscv64").toString(),
            ("-M virt -cpu rv64,sstc=on,v=on,vlen=1024,elen=64 -display none -monitor none -serial"
                    + " stdio -bios default -icount shift=0 -kernel")
                .transform(options -> options + " " + file + " -append n=" + rounds)
                .split(" "));
    assertThat(ours.lines()).hasSize(4);
    assertThat(untimed(onQemusBoard)).endsWith(untimed(ours.lines()).toArray(String[]::new));
  }

  /** Leaves out the time that the work took: it is another one in each run. */
  private static List<String> untimed(List<String> lines) {
    return lines.stream().filter(line -> !line.matches("\\S+ nanoseconds [1-9]\\d*")).toList();
  }

  private List<String> run(String program, String... arguments)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    ProcessBuilder command = new ProcessBuilder(program);
    command.command().addAll(List.of(arguments));
    Process process =
        command
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(command.command() + " did not end");
    }
    List<String> lines = Files.readString(output).replace("\r", "").lines().toList();
    assertThat(process.exitValue()).as("%s: %s", command.command(), lines).isZero();
    return lines;
  }
}
