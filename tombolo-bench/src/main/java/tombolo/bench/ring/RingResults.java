// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/** Prints the results of suite {@code ring} in one setting with messages of one size. */
final class RingResults {
  private static final String ROW = "%-20s %10s %19s %10s %9s %15s %9s %9s %6s";
  private static final String RATIO = "  vs %-18s %9s %15s %6s %9s %15s %6s";

  private final ResultTable table;
  private final Report report;

  RingResults(ResultTable table, Report report) {
    this.table = table;
    this.report = report;
  }

  /** Prints the numbers of each contender, then the ratios, and adds the figures. */
  void print() {
    report.line("");
    report.line(
        "%s, messages of %s".formatted(table.setting().description(), table.size().label()));
    report.line(
        ROW.formatted(
            "", "1000/s", "[q1–q3]", "MiB/s", "p50 ns", "[q1–q3]", "p99 ns", "p99.9 ns", "calm"));
    table.rows().forEach(this::printRow);
    for (Contender own : Contender.OWN) {
      List<Comparison> comparisons = Comparison.of(own, table.rows());
      if (!comparisons.isEmpty()) {
        printRatios(own, comparisons);
      }
    }
  }

  private void printRow(Contender contender, Row row) {
    String name = table.name() + "." + contender.label();
    Samples rate = Slice.samples(row.rates());
    report.figure(name, rate.median(), "1/s");
    double calm = Slice.percentCalm(row.rates());
    report.figure(name + ".calm", calm, "percent");
    String[] latencies = {"–", "", "–", "–"};
    if (row.hasLatency()) {
      Samples p50 = Slice.samples(row.p50s());
      double p99 = new Samples(row.p99s()).median();
      double p999 = new Samples(row.p999s()).median();
      report.figure(name + ".p50", p50.median(), "ns");
      report.figure(name + ".p99", p99, "ns");
      report.figure(name + ".p99.9", p999, "ns");
      latencies = new String[] {number(p50.median()), range(p50, 1), number(p99), number(p999)};
    }
    report.line(
        ROW.formatted(
            contender.label(),
            number(rate.median() / 1e3),
            range(rate, 1e3),
            number(rate.median() * table.size().bytes() / (1 << 20)),
            latencies[0],
            latencies[1],
            latencies[2],
            latencies[3],
            "%.0f %%".formatted(calm)));
  }

  private void printRatios(Contender own, List<Comparison> comparisons) {
    int slices = table.row(own).rates().size();
    report.line(
        "%s against others in %d rounds: medians of the rounds' ratios, and quartiles"
            .formatted(own.label(), slices));
    report.line(RATIO.formatted("", "messages", "[q1–q3]", "pairs", "p50", "[q1–q3]", "pairs"));
    String prefix = table.name() + "." + own.prefix();
    report.figure(prefix + "slices", slices, "slices");
    for (Comparison comparison : comparisons) {
      String other = comparison.other().label();
      Optional<Samples> p50 = comparison.p50();
      report.line(
          RATIO
              .formatted(
                  other,
                  ratio(comparison.rate().median()),
                  ratios(comparison.rate()),
                  comparison.rate().count(),
                  p50.map(ratios -> ratio(ratios.median())).orElse("–"),
                  p50.map(RingResults::ratios).orElse(""),
                  p50.map(ratios -> String.valueOf(ratios.count())).orElse(""))
              .stripTrailing());
      figures(prefix + "vs-" + other, comparison.rate());
      p50.ifPresent(ratios -> figures(prefix + "p50-vs-" + other, ratios));
    }
    Comparison.rateVsBestPeer(comparisons)
        .ifPresent(ratios -> figures(prefix + "vs-best-of-agrona-aeron", ratios));
    Comparison.p50VsBestPeer(comparisons)
        .ifPresent(ratios -> figures(prefix + "p50-vs-best-of-agrona-aeron", ratios));
  }

  private void figures(String name, Samples ratios) {
    report.figures(name, ratios, "x");
  }

  private static String range(Samples samples, double unit) {
    return "[%s–%s]".formatted(number(samples.q1() / unit), number(samples.q3() / unit));
  }

  private static String ratios(Samples ratios) {
    return "[%s–%s]".formatted(ratio(ratios.q1()), ratio(ratios.q3()));
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.1f", value);
  }
}
