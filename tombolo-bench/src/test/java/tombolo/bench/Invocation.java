// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of {@code ./tombolo-bench/run} with some arguments.
 *
 * @param status its exit status
 */
public record Invocation(int status, String out, String err) {
  /** The repository; tests run in the module's directory. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Runs a suite in this repository. */
  static Invocation of(String... arguments) throws InterruptedException {
    return in(ROOT, arguments);
  }

  /** Runs a suite in another repository. */
  public static Invocation in(Path root, String... arguments) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(List.of(arguments), root, stream(out), stream(err));
    return new Invocation(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Returns the lines that programs read. */
  public List<String> figures() {
    return out.lines().filter(line -> line.startsWith("figure ")).toList();
  }

  /** Returns the names of the figures. */
  public List<String> figureNames() {
    return figures().stream().map(line -> line.split(" ", -1)[1]).toList();
  }
}
