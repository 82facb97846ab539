// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Installed;

/**
 * One processor for everything. The JIT compiler then takes its time from the guest's, as QEMU's
 * translator always does.
 *
 * @param processor the number of the processor, as Linux counts
 */
record OneCore(int processor) {
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** Chooses the last processor that this process may use: the first one has most interrupts. */
  static OneCore choose() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(ALLOWED))
          .map(line -> new OneCore(last(line.substring(ALLOWED.length()).strip())))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + ALLOWED));
    } catch (IOException e) {
      throw new BenchmarkException("--one-core needs Linux: " + e.getMessage());
    }
  }

  /** Returns the last processor of a list such as {@code 0-2,7}. */
  static int last(String list) {
    return Integer.parseInt(
        list.substring(1 + Math.max(list.lastIndexOf(','), list.lastIndexOf('-'))));
  }

  /**
   * Keeps all threads of a process on this processor, and all threads and processes that they start
   * from now on.
   *
   * @throws BenchmarkException if that does not work
   */
  void hold(long pid) throws InterruptedException {
    Path taskset =
        Installed.program("taskset")
            .orElseThrow(
                () ->
                    new BenchmarkException(
                        "--one-core needs taskset; on Debian: apt-get install util-linux"));
    List<String> command =
        List.of(
            taskset.toString(), "-a", "-c", "-p", String.valueOf(processor), String.valueOf(pid));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BenchmarkException(text.strip());
      }
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(taskset, e.getMessage()));
    }
  }
}
