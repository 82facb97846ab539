// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What suite {@code ivc} has measured, one number a run for each name, in the order of names. */
final class IvcResults {
  private static final String ROW = "%-42s %12s %12s %12s  %s";

  private final Map<String, Series> all = new LinkedHashMap<>();

  private record Series(String unit, List<Double> values) {}

  /** One run's number. */
  void add(String name, double value, String unit) {
    all.computeIfAbsent(name, _ -> new Series(unit, new ArrayList<>())).values.add(value);
  }

  /** The 50th and the 99th percentile of one run's times. */
  void addPercentiles(String name, double[] ascending, String unit) {
    add(name + ".p50", ascending[ascending.length / 2], unit);
    add(name + ".p99", ascending[(int) (ascending.length * 99L / 100)], unit);
  }

  /** Forgets everything: those runs were for warming up. */
  void clear() {
    all.clear();
  }

  /** A table of medians and ranges, and the medians as figures. */
  void print(Report report) {
    report.line(ROW.formatted("what", "median", "least", "most", "unit"));
    String before = "";
    for (Map.Entry<String, Series> entry : all.entrySet()) {
      String name = entry.getKey();
      String group = name.substring(0, name.indexOf('.'));
      if (!before.isEmpty() && !group.equals(before)) {
        report.line("");
      }
      before = group;
      String unit = entry.getValue().unit;
      Samples samples = new Samples(entry.getValue().values);
      report.line(
          ROW.formatted(
              name, number(samples.median()), number(samples.min()), number(samples.max()), unit));
      report.figure("ivc." + name, samples.median(), unit);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 1 ? "%.2f" : "%.4f", value);
  }
}
