// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.pair;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Report.Figure;
import tombolo.bench.suite.Rotation;

/**
 * Runs one suite here and in another checkout, in turn, and compares the figures that both have.
 *
 * <p>A round runs each checkout once, in processes of their own, one right after the other; the
 * next round begins with the other one. A process is the unit because the JIT compiler decides anew
 * in each: the rounds average its luck, too. What counts is the median of the rounds' ratios.
 */
public final class Pairing {
  private final PairOptions options;
  private final List<Checkout> checkouts;
  private final Report report;

  private Pairing(PairOptions options, Path root, Report report) {
    this.options = options;
    this.checkouts = List.of(new Checkout("here", root), new Checkout("there", options.against()));
    this.report = report;
  }

  /**
   * Reads the arguments.
   *
   * @param root the repository
   */
  public static Pairing parse(Arguments arguments, Path root, Report report) {
    return new Pairing(PairOptions.parse(arguments), root, report);
  }

  /**
   * Measures, and reports.
   *
   * @throws tombolo.bench.suite.BenchmarkException if a suite fails in one of the checkouts
   */
  public void run() throws InterruptedException {
    for (Checkout checkout : checkouts) {
      report.line("%s: %s".formatted(checkout.label(), checkout.root()));
      report.progress("%s: building what is out of date".formatted(checkout.label()));
      checkout.build();
    }
    PairedFigures paired = new PairedFigures();
    Rotation rotation = new Rotation(checkouts.size());
    for (int round = 0; round < options.rounds(); round++) {
      List<List<Figure>> figures = new ArrayList<>(List.of(List.of(), List.of()));
      for (int which : rotation.order(round)) {
        report.progress(
            "pair: round %d of %d, %s"
                .formatted(round + 1, options.rounds(), checkouts.get(which).label()));
        figures.set(which, checkouts.get(which).run(options.suite()));
      }
      paired.add(figures.getFirst(), figures.getLast());
    }
    report.line(
        "%s: numbers here in those there, medians of the ratios of %d rounds and their quartiles"
            .formatted(String.join(" ", options.suite()), options.rounds()));
    paired.print(report);
  }
}
