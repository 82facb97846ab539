// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import tombolo.bench.BenchmarkException;

/**
 * The processes of one measurement, and the directory where they meet; both are gone when this is
 * closed.
 */
final class Forks implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Contender contender;
  private final Size size;
  private final Effort effort;
  private final Path directory;
  private final List<Process> processes = new ArrayList<>();

  Forks(Contender contender, Size size, Effort effort) {
    this.contender = contender;
    this.size = size;
    this.effort = effort;
    try {
      this.directory =
          Files.isDirectory(SHARED_MEMORY)
              ? Files.createTempDirectory(SHARED_MEMORY, "tombolo-ring")
              : Files.createTempDirectory("tombolo-ring");
    } catch (IOException e) {
      throw new BenchmarkException("cannot make a directory for a fork: " + e);
    }
  }

  /** Where the ends meet. */
  Path directory() {
    return directory;
  }

  /**
   * Runs one process for each part.
   *
   * @param parts the first one receives, and ends when everything has come; one that only sends
   *     ends when its standard input does
   */
  Measured run(List<Fork.Part> parts) throws InterruptedException {
    try {
      for (Fork.Part part : parts) {
        processes.add(start(part));
      }
      CompletableFuture.anyOf(
              processes.stream().map(Process::onExit).toArray(CompletableFuture<?>[]::new))
          .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      for (Process process : processes) {
        end(process);
      }
      return Measured.parse(Files.readString(output(parts.getFirst())));
    } catch (IOException | ExecutionException e) {
      throw new BenchmarkException("%s: %s".formatted(contender.label(), e));
    } catch (TimeoutException e) {
      throw failure("no end within " + LIMIT.toSeconds() + " s");
    }
  }

  private Process start(Fork.Part part) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(contender.jvmFlags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
    command.addAll(new Fork(part, contender, size, effort, directory).arguments());
    return new ProcessBuilder(command)
        .redirectOutput(output(part).toFile())
        .redirectError(errors(part).toFile())
        .start();
  }

  /** The first one to end is the receiver, unless something is wrong; then the sender may go. */
  private void end(Process process) throws InterruptedException, IOException {
    boolean failed = processes.stream().anyMatch(each -> !each.isAlive() && each.exitValue() != 0);
    if (!failed) {
      process.getOutputStream().close();
      failed = !process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0;
    }
    if (failed) {
      throw failure("failed");
    }
  }

  private BenchmarkException failure(String what) {
    StringBuilder said = new StringBuilder();
    for (Fork.Part part : Fork.Part.values()) {
      try {
        if (Files.exists(errors(part))) {
          said.append(Files.readString(errors(part)));
        }
      } catch (IOException e) {
        said.append(e);
      }
    }
    return new BenchmarkException(
        "%s with messages of %s: %s: %s"
            .formatted(contender.label(), size.label(), what, said.toString().strip()));
  }

  private Path output(Fork.Part part) {
    return directory.resolve(part + ".out");
  }

  private Path errors(Fork.Part part) {
    return directory.resolve(part + ".err");
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly().onExit().join();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new BenchmarkException("cannot remove %s: %s".formatted(directory, e));
    }
  }
}
