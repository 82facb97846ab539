// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.UsageException;

/**
 * Suite {@code linux}: how soon Debian's kernel is up, what idle guests cost, and how fast bytes go
 * from one guest to another. All parts take turns, round by round. The first round only fills the
 * host's file caches and does not count.
 */
public final class LinuxSuite {
  private static final List<String> PARTS = List.of("boot", "idle", "transfer");

  private final int runs;
  private final boolean quick;
  private final List<String> parts;
  private final int mebibytes;
  private final Path root;
  private final Report report;

  private LinuxSuite(
      int runs, boolean quick, List<String> parts, int mebibytes, Path root, Report report) {
    this.runs = runs;
    this.quick = quick;
    this.parts = parts;
    this.mebibytes = mebibytes;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static LinuxSuite parse(Arguments arguments, Path root, Report report) {
    boolean quick = arguments.flag("--quick");
    int runs = arguments.number("--runs", 1, quick ? 1 : 5);
    List<String> parts =
        arguments.value("--parts").map(names -> List.of(names.split(",", -1))).orElse(PARTS);
    for (String part : parts) {
      if (!PARTS.contains(part)) {
        throw new UsageException("no part %s: %s".formatted(part, String.join(", ", PARTS)));
      }
    }
    int mebibytes = arguments.number("--mib", 1, quick ? 4 : 256);
    arguments.requireNoMore();
    return new LinuxSuite(runs, quick, parts, mebibytes, root, report);
  }

  /**
   * Measures, and reports.
   *
   * @throws BenchmarkException if Debian's kernel or QEMU is missing, or a guest fails
   */
  public void run() throws InterruptedException {
    if (quick) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    try (WorkDirectory work = WorkDirectory.make()) {
      LinuxFiles linux = LinuxFiles.find(root, work.path());
      report.line(linux.description());
      List<LinuxMeasurement> measurements = measurements(linux);
      for (int run = quick ? 1 : 0; run <= runs; run++) {
        for (LinuxMeasurement measurement : measurements) {
          report.progress("%s: run %d of %d".formatted(measurement.name(), run, runs));
          measurement.measure();
          if (run == 0) {
            measurement.forget();
          }
        }
      }
      measurements.forEach(measurement -> measurement.print(report));
    }
  }

  private List<LinuxMeasurement> measurements(LinuxFiles linux) throws InterruptedException {
    List<LinuxMeasurement> measurements = new ArrayList<>();
    if (parts.contains("boot")) {
      measurements.add(new ShellBoot(linux, 1));
      if (!quick) { // QEMU 7.2 with 4 threads sometimes hangs in the kernel's first steps
        measurements.add(new ShellBoot(linux, 4));
      }
    }
    if (parts.contains("idle")) {
      measurements.add(new IdleGuests(linux, 1, quick ? 1 : 20));
      if (!quick) {
        measurements.add(new IdleGuests(linux, 10, 20));
      }
    }
    if (parts.contains("transfer")) {
      measurements.add(
          new Transfer(
              mebibytes,
              List.of(
                  TomboloPair.channel(linux),
                  TomboloPair.vsock(linux),
                  TomboloPair.network(linux),
                  new QemuPair(linux))));
    }
    return measurements;
  }
}
