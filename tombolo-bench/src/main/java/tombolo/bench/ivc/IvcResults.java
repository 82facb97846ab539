// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/** The results of suite {@code ivc}: by name, a number for each run or for each slice. */
final class IvcResults {
  private static final String ROW = "%-42s %12s %12s %12s %6s  %s";

  private final Map<String, Series> all = new LinkedHashMap<>();

  /**
   * @param quartiles whether the quartiles are figures, too
   */
  private record Series(String unit, boolean quartiles, List<Double> values) {}

  /** Adds the number of one run or slice. */
  void add(String name, double value, String unit) {
    add(name, value, unit, false);
  }

  /** Adds the ratio of one round. */
  void addRatio(String name, double value) {
    add(name, value, "x", true);
  }

  private void add(String name, double value, String unit, boolean quartiles) {
    all.computeIfAbsent(name, _ -> new Series(unit, quartiles, new ArrayList<>()))
        .values
        .add(value);
  }

  /** Drops all results so far, which only warmed up. */
  void clear() {
    all.clear();
  }

  /** Prints a table of medians and quartiles, and adds the medians as figures. */
  void print(Report report) {
    report.line(ROW.formatted("what", "median", "q1", "q3", "of", "unit"));
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
              name,
              number(samples.median()),
              number(samples.q1()),
              number(samples.q3()),
              samples.count(),
              unit));
      if (entry.getValue().quartiles) {
        report.figures("ivc." + name, samples, unit);
      } else {
        report.figure("ivc." + name, samples.median(), unit);
      }
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 1 ? "%.2f" : "%.4f", value);
  }
}
