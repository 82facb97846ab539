// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tombolo.bench.suite.BenchmarkException;

/**
 * Debian's kernel and busybox, as {@code guests/linux/fetch} stores them, and images made of them.
 *
 * @param root the repository
 * @param cache the directory with the files
 * @param work the directory for images
 */
record LinuxFiles(Path root, Path cache, Path work) {
  /**
   * Finds the files.
   *
   * @throws BenchmarkException if they have not been fetched
   */
  static LinuxFiles find(Path root, Path work) throws InterruptedException {
    Path cache = Path.of(output(List.of(root.resolve("guests/linux/fetch").toString(), "--where")));
    if (!Files.exists(cache.resolve("packages"))) {
      throw new BenchmarkException(
          "Debian's kernel is not in %s; run guests/linux/fetch".formatted(cache));
    }
    return new LinuxFiles(root, cache, work);
  }

  Path kernel() {
    return cache.resolve("Image");
  }

  /** Returns the name of the kernel for the report. */
  String description() {
    try (Stream<String> lines = Files.lines(cache.resolve("packages"))) {
      return lines.filter(line -> line.startsWith("linux-image")).findFirst().orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Makes an image that runs a shell on the console. */
  Path shell() throws InterruptedException {
    return image("shell", List.of());
  }

  /** Makes an image that runs a script. */
  Path script(String name, String text, String... more) throws InterruptedException {
    Path script = work.resolve(name + ".sh");
    try {
      Files.writeString(script, text);
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(script, e.getMessage()));
    }
    List<String> options = new ArrayList<>(List.of("--init", script.toString()));
    options.addAll(List.of(more));
    return image(name, options);
  }

  /**
   * Returns modules of the kernel in the form that {@code tombolo image --modules} takes.
   *
   * @throws BenchmarkException if the kernel has no such module
   */
  String modules(List<String> names) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      try (Stream<Path> files = Files.walk(cache.resolve("modules"))) {
        found.add(
            files
                .filter(file -> file.endsWith(name + ".ko.xz"))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException("the kernel has no module " + name))
                .toString());
      } catch (IOException e) {
        throw new BenchmarkException("%s: %s".formatted(cache, e.getMessage()));
      }
    }
    return String.join(",", found);
  }

  private Path image(String name, List<String> options) throws InterruptedException {
    Path image = work.resolve(name + ".cpio");
    List<String> command =
        new ArrayList<>(List.of(root.resolve("tombolo").toString(), "image", "--output=" + image));
    command.addAll(options);
    output(command);
    return image;
  }

  private static String output(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String text =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BenchmarkException(
            "%s: exit status %d".formatted(String.join(" ", command), process.exitValue()));
      }
      return text.strip();
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(String.join(" ", command), e.getMessage()));
    }
  }
}
