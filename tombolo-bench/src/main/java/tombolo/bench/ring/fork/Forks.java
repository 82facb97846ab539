// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.suite.BenchmarkException;

/**
 * The processes of one contender, and the directory where its ends meet. They wait for their
 * standard input between two turns. When this is closed, or when the suite's own process is
 * interrupted, all of it goes.
 *
 * <p>One thread starts processes and takes turns; closing is safe from any thread.
 */
public final class Forks implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Contender contender;
  private final Size size;
  private final Effort effort;
  private final Function<Fork.Part, List<String>> where;
  private final Path directory;
  private final ExecutorService waiters = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread onInterrupt = new Thread(this::end, "end forks");

  // Guarded by this: whoever ends sees all processes, and none is started behind that.
  private final List<Process> processes = new ArrayList<>();
  private boolean ended;

  /** Makes forks of this host. */
  public Forks(Contender contender, Size size, Effort effort) {
    this(contender, size, effort, _ -> List.of());
  }

  /**
   * Makes forks of several hosts.
   *
   * @param where the beginning of the command that starts a part
   */
  public Forks(
      Contender contender, Size size, Effort effort, Function<Fork.Part, List<String>> where) {
    this.where = where;
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
    Runtime.getRuntime().addShutdownHook(onInterrupt);
  }

  /** Returns where the ends meet. */
  Path directory() {
    return directory;
  }

  /**
   * Starts a process for each part.
   *
   * @param parts the receiving one first
   */
  public synchronized Forks start(List<Fork.Part> parts) {
    try {
      for (Fork.Part part : parts) {
        if (ended) {
          throw new BenchmarkException("interrupted");
        }
        processes.add(start(part));
      }
      return this;
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(contender.label(), e));
    }
  }

  private Process start(Fork.Part part) throws IOException {
    List<String> command = new ArrayList<>(where.apply(part));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(contender.jvmFlags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
    command.addAll(new Fork(part, contender, size, effort, directory).arguments());
    return new ProcessBuilder(command).redirectError(errors(part).toFile()).start();
  }

  /**
   * Has all processes take a turn, and waits until all have done so.
   *
   * @return what all of them say
   * @throws BenchmarkException if one of them fails
   */
  public Took take(Turn turn) throws InterruptedException {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (Process process : running()) {
      answers.add(CompletableFuture.supplyAsync(() -> ask(process, turn), waiters));
    }
    // A process that fails may leave the other one waiting for it.
    CompletableFuture<Void> all =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    for (CompletableFuture<String> answer : answers) {
      var _ =
          answer.whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  all.completeExceptionally(failure);
                }
              });
    }
    try {
      all.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      Took took = Took.parse(answers.getFirst().get());
      for (CompletableFuture<String> answer : answers.subList(1, answers.size())) {
        took = took.and(Took.parse(answer.get()));
      }
      return took;
    } catch (ExecutionException e) {
      throw failure("failed");
    } catch (TimeoutException e) {
      throw failure("no end within " + LIMIT.toSeconds() + " s");
    }
  }

  private synchronized List<Process> running() {
    return List.copyOf(processes);
  }

  private static String ask(Process process, Turn turn) {
    try {
      Writer out = process.outputWriter(StandardCharsets.US_ASCII);
      out.write(turn.name() + "\n");
      out.flush();
      BufferedReader in = process.inputReader(StandardCharsets.US_ASCII);
      String answer = in.readLine();
      if (answer != null) {
        return answer;
      }
      process.waitFor();
      throw new BenchmarkException("the fork has ended");
    } catch (IOException e) {
      throw new BenchmarkException("the fork has gone: " + e);
    } catch (InterruptedException e) {
      throw new BenchmarkException("interrupted");
    }
  }

  private synchronized BenchmarkException failure(String what) {
    // The terminal interrupts all processes at once, so one may say so before the hook runs here.
    if (ended || processes.stream().anyMatch(Forks::isInterrupted)) {
      return new BenchmarkException("interrupted");
    }
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

  /** Whether SIGINT or SIGTERM has ended a JVM. */
  private static boolean isInterrupted(Process process) {
    return !process.isAlive() && (process.exitValue() == 130 || process.exitValue() == 143);
  }

  private Path errors(Fork.Part part) {
    return directory.resolve(part + ".err");
  }

  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    for (Process process : processes) {
      process.destroyForcibly().onExit().join();
    }
    waiters.shutdown();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new BenchmarkException("cannot remove %s: %s".formatted(directory, e));
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      // The process is being shut down, so the hook runs or has run.
    }
  }
}
