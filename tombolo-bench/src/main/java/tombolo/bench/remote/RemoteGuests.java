// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;

/**
 * Two VMs on two hosts, each with the guest {@code ring-bench}, and a ring that a bridge continues
 * on the other host. The guests send and check messages as the ends of a fork do.
 *
 * @param hosts where they run
 * @param root the repository
 */
public record RemoteGuests(Namespaces hosts, Path root) {
  private static final Pattern RESULT =
      Pattern.compile("(\\d+) messages/s, p50 (\\d+) ns, p99 (\\d+) ns, p99\\.9 (\\d+) ns");

  /**
   * What one run has measured.
   *
   * @param rate messages a second
   * @param p50 nanoseconds from when a message was due to when it was read, as the others
   */
  public record Result(double rate, double p50, double p99, double p999) {}

  /**
   * Boots both VMs and waits for the receiver's result.
   *
   * @param bytes of a message
   * @param schedule the rest of the sender's command line
   * @throws BenchmarkException if a guest fails
   */
  public Result measure(int bytes, String schedule) throws InterruptedException {
    String origin = String.valueOf(System.nanoTime());
    Process receiver = start(hosts.west(), origin, "role=receive bells=1 bytes=" + bytes);
    Process sender =
        start(hosts.east(), origin, "role=send bells=1 bytes=%d %s".formatted(bytes, schedule));
    try {
      return result(receiver);
    } finally {
      end(sender);
      end(receiver);
    }
  }

  /** Has a host end, so that its media driver leaves no files; kills it if it does not. */
  private static void end(Process host) throws InterruptedException {
    try {
      host.outputWriter().close();
    } catch (IOException e) {
      // It has ended.
    }
    if (!host.waitFor(10, TimeUnit.SECONDS)) {
      host.destroyForcibly().onExit().join();
    }
  }

  private Process start(List<String> where, String origin, String commandLine) {
    List<String> command = new ArrayList<>(where);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "@" + root.resolve("tombolo.jvmargs"),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            GuestHost.class.getName(),
            root.resolve("guests/bin").toString(),
            origin,
            commandLine));
    try {
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new BenchmarkException("a host of guests: " + e.getMessage());
    }
  }

  private static Result result(Process receiver) throws InterruptedException {
    StringBuilder printed = new StringBuilder();
    @SuppressWarnings("resource") // belongs to the process
    BufferedReader lines = receiver.inputReader();
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher found = RESULT.matcher(line);
        if (found.matches()) {
          return new Result(number(found, 1), number(found, 2), number(found, 3), number(found, 4));
        }
        printed.append(line).append('\n');
      }
    } catch (IOException e) {
      throw new BenchmarkException("the receiving host: " + e.getMessage());
    }
    throw new BenchmarkException(
        "the receiving host has ended with status %d; its guest printed: %s"
            .formatted(receiver.waitFor(), printed.toString().strip()));
  }

  private static double number(Matcher found, int group) {
    return Double.parseDouble(found.group(group));
  }
}
