// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import tombolo.bench.suite.BenchmarkException;

/** A temporary directory of a suite, which is deleted with everything in it. */
record WorkDirectory(Path path) implements AutoCloseable {
  static WorkDirectory make() {
    try {
      return new WorkDirectory(Files.createTempDirectory("tombolo-bench-linux"));
    } catch (IOException e) {
      throw new BenchmarkException("cannot make a temporary directory: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(path, e.getMessage()));
    }
  }
}
