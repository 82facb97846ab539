// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code ./tombolo-bench/run} did with some arguments.
 *
 * @param status its exit status
 */
record Invocation(int status, String out, String err) {
  /** The repository; tests run in the module's directory. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  static Invocation of(String... arguments) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(List.of(arguments), ROOT, stream(out), stream(err));
    return new Invocation(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** The lines that programs read. */
  List<String> figures() {
    return out.lines().filter(line -> line.startsWith("figure ")).toList();
  }

  /** Their names. */
  List<String> figureNames() {
    return figures().stream().map(line -> line.split(" ", -1)[1]).toList();
  }
}
