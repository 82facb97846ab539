// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;

/**
 * Runs {@code ./tombolo boot} as a person does, in a JVM that has not run a guest before.
 *
 * @param root the repository
 */
record BootCommand(Path root) {
  /**
   * One run of the command. Times count from before the launcher is started.
   *
   * @param firstByteNanos when the guest's first byte was on standard output
   * @param endNanos when the command had ended
   * @param text everything that the guest printed
   */
  record Result(long firstByteNanos, long endNanos, String text) {}

  /**
   * Boots a guest and waits for its end.
   *
   * @throws BenchmarkException if the exit status is not 0, or nothing was printed
   */
  Result run(Path elf, String commandLine) throws InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(root.resolve("tombolo").toString(), "boot", elf.toString()));
    if (!commandLine.isEmpty()) {
      command.addAll(List.of("--append", commandLine));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      long begin = System.nanoTime();
      Process process = builder.start();
      process.getOutputStream().close();
      InputStream stdout = process.getInputStream();
      int first = stdout.read();
      long firstByte = System.nanoTime() - begin;
      String rest = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      long end = System.nanoTime() - begin;
      if (status != 0 || first < 0) {
        throw new BenchmarkException(
            "%s: exit status %d%s"
                .formatted(
                    String.join(" ", command), status, first < 0 ? ", nothing printed" : ""));
      }
      return new Result(firstByte, end, (char) first + rest);
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(String.join(" ", command), e.getMessage()));
    }
  }
}
