// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import tombolo.bench.Report;
import tombolo.bench.Samples;

/** What suite {@code ring} has measured: of each contender as many rounds, in order. */
final class RingResults {
  private static final String ROW = "%-20s %10s %17s %10s %9s %9s %9s";

  private final Map<Table, Map<Contender, List<Measured>>> tables = new LinkedHashMap<>();

  private record Table(Setting setting, Size size) {
    String name() {
      return "ring.%s.%s".formatted(setting.label(), size.label());
    }
  }

  void add(Setting setting, Size size, Contender contender, Measured measured) {
    tables
        .computeIfAbsent(new Table(setting, size), _ -> new EnumMap<>(Contender.class))
        .computeIfAbsent(contender, _ -> new ArrayList<>())
        .add(measured);
  }

  /** A table for each setting and size, and the figures. */
  void print(Report report) {
    tables.forEach(
        (table, rows) -> {
          report.line("");
          report.line(
              "%s, messages of %s".formatted(table.setting.description(), table.size.label()));
          report.line(
              ROW.formatted("", "1000/s", "[min–max]", "MiB/s", "p50 ns", "p99 ns", "p99.9 ns"));
          rows.forEach((contender, rounds) -> print(report, table, contender, rounds));
          printRatios(report, table, rows);
        });
  }

  private static void print(
      Report report, Table table, Contender contender, List<Measured> rounds) {
    Samples rate = Samples.of(rounds, Measured::rate);
    String name = table.name() + "." + contender.label();
    report.figure(name, rate.median(), "1/s");
    String[] latencies = {"–", "–", "–"};
    if (rounds.getFirst().hasLatency()) {
      double p50 = Samples.of(rounds, Measured::p50).median();
      double p99 = Samples.of(rounds, Measured::p99).median();
      double p999 = Samples.of(rounds, Measured::p999).median();
      report.figure(name + ".p50", p50, "ns");
      report.figure(name + ".p99", p99, "ns");
      report.figure(name + ".p99.9", p999, "ns");
      latencies = new String[] {number(p50), number(p99), number(p999)};
    }
    report.line(
        ROW.formatted(
            contender.label(),
            number(rate.median() / 1e3),
            "[%s–%s]".formatted(number(rate.min() / 1e3), number(rate.max() / 1e3)),
            number(rate.median() * table.size.bytes() / (1 << 20)),
            latencies[0],
            latencies[1],
            latencies[2]));
  }

  private static void printRatios(Report report, Table table, Map<Contender, List<Measured>> rows) {
    Ratios ratios = new Ratios(rows);
    for (Contender own : List.of(Contender.TOMBOLO, Contender.TOMBOLO_CLAIM)) {
      String prefix = table.name() + (own == Contender.TOMBOLO ? "." : ".claim-");
      figure(report, prefix + "vs-best-of-agrona-aeron", ratios.rateInBestPeers(own));
      figure(report, prefix + "p50-vs-best-of-agrona-aeron", ratios.p50InBestPeers(own));
      figure(report, prefix + "vs-memcpy", ratios.rateIn(own, Contender.MEMCPY));
    }
  }

  private static void figure(Report report, String name, OptionalDouble ratio) {
    ratio.ifPresent(value -> report.figure(name, value, "x"));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.1f", value);
  }
}
