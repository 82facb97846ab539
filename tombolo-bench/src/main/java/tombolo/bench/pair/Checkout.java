// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.pair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report.Figure;

/**
 * A checkout of the repository, whose suites run by its own launcher. So it may be of any commit
 * that has the suite: only the lines of figures must be as they are.
 *
 * @param label what the report calls it
 * @param root its top directory
 */
record Checkout(String label, Path root) {
  // Exit statuses of a JVM that a signal has ended.
  private static final int SIGINT = 130;
  private static final int SIGTERM = 143;

  /** Returns the launcher of a checkout. */
  static Path command(Path root) {
    return root.resolve("tombolo-bench").resolve("run");
  }

  /** Builds what is out of date, so that no measured run has to. */
  void build() throws InterruptedException {
    output(List.of("--help"));
  }

  /**
   * Runs a suite.
   *
   * @return its figures, in order
   * @throws BenchmarkException if it fails, or prints no figure
   */
  List<Figure> run(List<String> suite) throws InterruptedException {
    List<Figure> figures =
        output(suite).lines().flatMap(line -> Figure.parse(line).stream()).toList();
    if (figures.isEmpty()) {
      throw new BenchmarkException(
          "%s: %s printed no figures".formatted(label, String.join(" ", suite)));
    }
    return figures;
  }

  private String output(List<String> arguments) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(command(root).toString());
    command.addAll(arguments);
    String line = String.join(" ", command);
    try {
      // Its progress is for whoever waits here, too.
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Thread onInterrupt = new Thread(process::destroy, "end the suite");
      Runtime.getRuntime().addShutdownHook(onInterrupt);
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
      if (status == SIGINT || status == SIGTERM) {
        throw new BenchmarkException("interrupted");
      }
      if (status != 0) {
        throw new BenchmarkException("%s: exit status %d".formatted(line, status));
      }
      return output;
    } catch (IllegalStateException e) {
      // This process is being shut down.
      throw new BenchmarkException("interrupted");
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(line, e.getMessage()));
    }
  }
}
