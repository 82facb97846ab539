// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Measures how much of a processor idle guests take, side by side in one process. It counts the
 * process's processor time after the last guest has reported that it is up.
 */
final class IdleGuests implements LinuxMeasurement {
  private static final Pattern UP = Pattern.compile("== idle");
  private static final int PATIENCE_SECONDS = 300;

  private final LinuxFiles linux;
  private final Path topology;
  private final int guests;
  private final int seconds;
  private final List<Double> percent = new ArrayList<>();

  /**
   * @param seconds how long the process is watched
   */
  IdleGuests(LinuxFiles linux, int guests, int seconds) throws InterruptedException {
    this.linux = linux;
    this.guests = guests;
    this.seconds = seconds;
    Path initrd = linux.script("idle", "echo '== idle'\nsleep 100000\n");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < guests; i++) {
      text.append(
          """
          [vm.idle%d]
          kernel = "%s"
          initrd = "%s"
          append = "console=ttyS0 quiet"
          memory = "128 MiB"
          """
              .formatted(i, linux.kernel(), initrd));
    }
    this.topology = linux.work().resolve("idle-%d.toml".formatted(guests));
    try {
      Files.writeString(topology, text);
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(topology, e.getMessage()));
    }
  }

  @Override
  public String name() {
    return "idle, %d guest%s".formatted(guests, guests == 1 ? "" : "s");
  }

  @Override
  public void measure() throws InterruptedException {
    List<String> command =
        List.of(linux.root().resolve("tombolo").toString(), "run", topology.toString());
    try (ConsoleProcess console = ConsoleProcess.start(command)) {
      console.awaitText(UP, guests, PATIENCE_SECONDS);
      pass(5 + guests); // what their kernels do after they have started the script: a second each
      long begin = System.nanoTime();
      double before = console.processorSeconds();
      pass(seconds);
      double used = console.processorSeconds() - before;
      percent.add(100 * used / ((System.nanoTime() - begin) / 1e9) / guests);
    }
  }

  /** Lets time pass; there is no event to wait for. */
  private static void pass(int seconds) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  @Override
  public void forget() {
    percent.clear();
  }

  @Override
  public void print(Report report) {
    Samples samples = new Samples(percent);
    report.line("");
    report.line(
        String.format(
            Locale.ROOT,
            "%s: %.2f %% [%.2f–%.2f] of a processor each",
            name(),
            samples.median(),
            samples.min(),
            samples.max()));
    report.figure("linux.idle.%d-guests".formatted(guests), samples.median(), "percent");
  }
}
