// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tombolo.bench.guest.Timed;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Installed;

/**
 * Runs a guest as a Linux program under {@code qemu-riscv64}, QEMU's user mode. It translates to
 * the host's code, and is the peer to compare with.
 *
 * @param program the path of qemu-riscv64
 */
record QemuUser(Path program) {
  /**
   * The script of a shell that starts QEMU and then prints the processor time of its children,
   * which Java does not report of a process that has ended. The last of the two printed lines is
   * that of the children. Bash prints milliseconds, other shells ticks of 10 ms.
   */
  private static final List<String> TIMED =
      List.of(
          Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh",
          "-c",
          "\"$@\"; status=$?; times; exit $status",
          "sh");

  private static final Pattern TIMES =
      Pattern.compile("(\\d+)m(\\d+\\.\\d+)s (\\d+)m(\\d+\\.\\d+)s\\s*$");

  /** Finds qemu-riscv64 on the PATH. */
  static Optional<QemuUser> find() {
    return Installed.program("qemu-riscv64").map(QemuUser::new);
  }

  /**
   * Runs a guest to its end. The time is that of the process, from its start to its end. It
   * includes a few milliseconds of QEMU's own start.
   *
   * @throws BenchmarkException if its exit status is not 0
   */
  Timed run(Path elf, String argument) throws InterruptedException {
    List<String> command =
        Stream.concat(TIMED.stream(), Stream.of(program.toString(), elf.toString(), argument))
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C"); // a point in the numbers, and not a comma
    try {
      long begin = System.nanoTime();
      Process process = builder.start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      long wallNanos = System.nanoTime() - begin;
      Matcher times = TIMES.matcher(text);
      if (status != 0 || !times.find()) {
        throw new BenchmarkException(
            "%s on %s: exit status %d; it printed: %s"
                .formatted(elf.getFileName(), program.getFileName(), status, text.strip()));
      }
      return new Timed(text, wallNanos, nanos(times, 1) + nanos(times, 3));
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(program, e.getMessage()));
    }
  }

  private static long nanos(Matcher times, int minutes) {
    double seconds =
        60 * Double.parseDouble(times.group(minutes))
            + Double.parseDouble(times.group(minutes + 1));
    return (long) (seconds * 1e9);
  }
}
