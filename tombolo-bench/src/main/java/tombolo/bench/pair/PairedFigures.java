// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.pair;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Report.Figure;
import tombolo.bench.suite.Samples;

/**
 * The figures of two checkouts, round by round. Two figures are a pair if they have the same name
 * and unit, and come from the same round. Where one of both is 0 they have no ratio.
 */
final class PairedFigures {
  private static final String ROW = "%-46s %12s %12s %9s %15s %6s  %s";

  private final Map<String, Pairs> pairs = new LinkedHashMap<>();
  private final Set<String> unpaired = new LinkedHashSet<>();

  private record Pairs(String unit, List<Double> ours, List<Double> theirs) {}

  /** Adds one round. */
  void add(List<Figure> ours, List<Figure> theirs) {
    Map<String, Figure> others = new LinkedHashMap<>();
    theirs.forEach(figure -> others.put(figure.name(), figure));
    for (Figure own : ours) {
      Figure other = others.remove(own.name());
      if (other == null || !other.unit().equals(own.unit())) {
        unpaired.add(own.name());
      } else if (own.value() != 0 && other.value() != 0) {
        Pairs of =
            pairs.computeIfAbsent(
                own.name(), _ -> new Pairs(own.unit(), new ArrayList<>(), new ArrayList<>()));
        of.ours.add(own.value());
        of.theirs.add(other.value());
      }
    }
    unpaired.addAll(others.keySet());
  }

  /** Returns this checkout's numbers in the other's, of one figure. */
  Samples ratios(String name) {
    Pairs of = pairs.get(name);
    if (of == null) {
      throw new IllegalArgumentException("no pair of " + name);
    }
    return Samples.ofRatios(of.ours, of.theirs);
  }

  /** Returns the names of the figures that both have, in order. */
  List<String> names() {
    return List.copyOf(pairs.keySet());
  }

  /** Returns the names of those that only one has, or both in different units. */
  List<String> unpaired() {
    return List.copyOf(unpaired);
  }

  /** Prints a table, and adds the figures. */
  void print(Report report) {
    report.line(ROW.formatted("name", "here", "there", "ratio", "[q1–q3]", "pairs", "unit"));
    pairs.forEach(
        (name, of) -> {
          Samples ratios = ratios(name);
          report.line(
              ROW.formatted(
                  name,
                  number(new Samples(of.ours).median()),
                  number(new Samples(of.theirs).median()),
                  ratio(ratios.median()),
                  "[%s–%s]".formatted(ratio(ratios.q1()), ratio(ratios.q3())),
                  ratios.count(),
                  of.unit));
          report.figures("pair." + name, ratios, "x");
        });
    if (!unpaired.isEmpty()) {
      report.line("only one checkout has: " + String.join(", ", unpaired));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 1 ? "%.2f" : "%.4f", value);
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
