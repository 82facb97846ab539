// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Suite {@code siege}: what two VMs that ring each other's doorbells notice of a VM in the same
 * process that fills every bound of docs/security.md. The hostile VM is suspended and resumed in
 * turn, so that times with it and without it alternate. At the end the suite measures how long the
 * process takes to end after a SIGTERM.
 */
public final class SiegeSuite {
  /** How long the VMs are alone after each time under siege, in parts of that time. */
  private static final int ALONE_SHARE = 2;

  private final int minutes;
  private final int harts;
  private final String heap;
  private final boolean quick;
  private final Path root;
  private final Report report;

  private SiegeSuite(int minutes, int harts, String heap, boolean quick, Path root, Report report) {
    this.minutes = minutes;
    this.harts = harts;
    this.heap = heap;
    this.quick = quick;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static SiegeSuite parse(Arguments arguments, Path root, Report report) {
    boolean quick = arguments.flag("--quick");
    int minutes = arguments.number("--minutes", 1, 10);
    int harts = arguments.number("--harts", 1, 1);
    String heap = arguments.value("--heap").orElse("512m");
    arguments.requireNoMore();
    return new SiegeSuite(minutes, harts, heap, quick, root, report);
  }

  /**
   * Measures, and reports.
   *
   * @throws BenchmarkException if Debian's kernel is missing, or a guest fails
   */
  public void run() throws InterruptedException {
    if (quick) {
      report.line("--quick: this run is too short to say anything about bounds");
    }
    int slice = quick ? 4 : 10; // seconds
    int slices = quick ? 2 : minutes * 60 / slice;
    List<Series> alone = new ArrayList<>();
    List<Series> beside = new ArrayList<>();
    double end;
    try (WorkDirectory work = WorkDirectory.make();
        Siege siege = Siege.lay(LinuxFiles.find(root, work.path()), harts, heap)) {
      report.progress("the hostile VM boots and fills its bounds");
      siege.awaitHostile(!quick);
      for (int i = 1; i <= slices; i++) {
        report.progress("slice %d of %d".formatted(i, slices));
        beside.add(siege.measure(slice));
        siege.suspend();
        alone.add(siege.measure(Math.max(1, slice / ALONE_SHARE)));
        siege.resume();
      }
      end = siege.terminate();
    }
    print(alone, beside, end);
  }

  private void print(List<Series> alone, List<Series> beside, double end) {
    report.line("");
    report.line(
        "doorbells between two VMs, alone and beside a VM of %d hart%s that fills every bound, heap %s:"
            .formatted(harts, harts == 1 ? "" : "s", heap));
    print("round-trips", "per-s", alone, beside, Series::perSecond);
    print("p99", "us", alone, beside, Series::p99);
    report.line(String.format(Locale.ROOT, "  after SIGTERM the process ended in %.2f s", end));
    report.figure("siege.end", end, "s");
  }

  private void print(
      String name,
      String unit,
      List<Series> alone,
      List<Series> beside,
      ToDoubleFunction<Series> quantity) {
    Samples without = Samples.of(alone, quantity);
    Samples with = Samples.of(beside, quantity);
    Samples ratio = Samples.ofRatios(values(beside, quantity), values(alone, quantity));
    report.line(
        String.format(
            Locale.ROOT,
            "  %-12s alone %.1f, beside %.1f %s; beside to alone %.2f [%.2f–%.2f]",
            name,
            without.median(),
            with.median(),
            unit,
            ratio.median(),
            ratio.q1(),
            ratio.q3()));
    report.figure("siege.%s.alone".formatted(name), without.median(), unit);
    report.figure("siege.%s.beside".formatted(name), with.median(), unit);
    report.figures("siege.%s.ratio".formatted(name), ratio, "x");
  }

  private static List<Double> values(List<Series> series, ToDoubleFunction<Series> quantity) {
    return series.stream().map(quantity::applyAsDouble).toList();
  }

  /**
   * The doorbells of one slice, as the guest has timed them.
   *
   * @param perSecond round trips a second
   * @param p99 microseconds of a round trip that only a hundredth exceeds
   */
  record Series(double perSecond, double p99) {}
}
