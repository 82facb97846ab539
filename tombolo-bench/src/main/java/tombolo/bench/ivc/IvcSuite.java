// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.UsageException;

/**
 * Suite {@code ivc}: the cost of joining channels, ringing and moving bytes between VMs, and
 * between a VM and Java code. All parts take turns, run by run, so that each sees the same machine.
 * The first run of each only warms up. Doorbells also take turns among themselves, slice by slice.
 */
public final class IvcSuite {
  private final int runs;
  private final boolean quick;
  private final List<IvcMeasurement> parts;
  private final Report report;

  private IvcSuite(int runs, boolean quick, List<IvcMeasurement> parts, Report report) {
    this.runs = runs;
    this.quick = quick;
    this.report = report;
    this.parts = parts;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static IvcSuite parse(Arguments arguments, Path root, Report report) {
    boolean quick = arguments.flag("--quick");
    int runs = arguments.number("--runs", 1, quick ? 1 : 7);
    Pattern only = arguments.pattern("--only");
    int slices = arguments.number("--slices", 1, quick ? 1 : 36);
    arguments.requireNoMore();
    List<IvcMeasurement> parts =
        parts(quick, slices, root).stream()
            .filter(part -> only.matcher(part.name()).find())
            .toList();
    if (parts.isEmpty()) {
      throw new UsageException("no part matches " + only);
    }
    return new IvcSuite(runs, quick, parts, report);
  }

  private static List<IvcMeasurement> parts(boolean quick, int slices, Path root) {
    List<IvcMeasurement> parts = new ArrayList<>();
    parts.add(
        quick
            ? new AllocationCost(root, 1_000, 1_000)
            : new AllocationCost(root, 100_000, 200_000));
    int joins = quick ? 20 : 2_000;
    parts.add(new JoinCost("idle", joins, root));
    parts.add(new JoinCost("spin-word", joins, root));
    parts.add(new GuestJoinCost(joins, root));
    parts.add(new Contended(quick ? 20 : 1_000, root));
    int rings = quick ? 20 : 2_000;
    parts.add(new Doorbells(slices, root));
    parts.add(new DoorbellRates(rings, quick ? 200 : 500_000, root));
    parts.add(quick ? new Bandwidth(4 << 20, root) : new Bandwidth(256 << 20, root));
    return parts;
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    if (quick) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    IvcResults results = new IvcResults();
    for (int run = quick ? 1 : 0; run <= runs; run++) {
      for (IvcMeasurement part : parts) {
        report.progress("%s: run %d of %d".formatted(part.name(), run, runs));
        try {
          part.measure(results);
        } catch (IOException e) {
          throw new BenchmarkException("%s: %s".formatted(part.name(), e));
        }
      }
      if (run == 0) {
        results.clear();
      }
    }
    results.print(report);
  }
}
