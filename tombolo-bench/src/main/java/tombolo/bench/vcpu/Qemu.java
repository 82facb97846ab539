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
 * Runs guests under QEMU, each in a process of its own. QEMU translates to the host's code.
 *
 * @param program the path of the mode's program
 */
record Qemu(QemuMode mode, Path program) {
  /**
   * The script of a shell that starts QEMU and then prints the processor time of its children,
   * which Java does not report of a process that has ended. The last of the two printed lines is
   * that of the children. Bash prints milliseconds, other shells ticks of 10 ms.
   */
  private static final List<String> TIMED =
      List.of(
          Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh",
          "-c",
          "\"$@\" </dev/null; status=$?; times; exit $status",
          "sh");

  private static final Pattern TIMES =
      Pattern.compile("(\\d+)m(\\d+\\.\\d+)s (\\d+)m(\\d+\\.\\d+)s\\s*$");
  private static final Pattern VERSION = Pattern.compile("\\bversion (\\S+)");

  /** Finds the program of a mode on the PATH. */
  static Optional<Qemu> find(QemuMode mode) {
    return Installed.program(mode.program()).map(program -> new Qemu(mode, program));
  }

  /** Returns the program and its version, for the report. */
  String describe() throws InterruptedException {
    Matcher version = VERSION.matcher(output(List.of(program.toString(), "--version")).text);
    return mode.program() + " " + (version.find() ? version.group(1) : "of unknown version");
  }

  /**
   * Runs a guest to its end. The time is that of the process, from its start to its end.
   *
   * @throws BenchmarkException if its exit status is not 0
   */
  Timed run(Path elf, String argument) throws InterruptedException {
    List<String> command =
        Stream.of(TIMED, List.of(program.toString()), mode.arguments(elf, argument))
            .flatMap(List::stream)
            .toList();
    Output output = output(command);
    Matcher times = TIMES.matcher(output.text);
    if (output.status != 0 || !times.find()) {
      throw new BenchmarkException(
          "%s on %s: exit status %d; it printed: %s"
              .formatted(
                  elf.getFileName(), program.getFileName(), output.status, output.text.strip()));
    }
    return new Timed(output.text, output.wallNanos, nanos(times, 1) + nanos(times, 3));
  }

  private record Output(String text, int status, long wallNanos) {}

  private Output output(List<String> command) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C"); // a point in the numbers, and not a comma
    try {
      long begin = System.nanoTime();
      Process process = builder.start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      return new Output(text, status, System.nanoTime() - begin);
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
