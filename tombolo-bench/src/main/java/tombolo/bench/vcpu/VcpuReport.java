// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * The table and the figures of suite {@code vcpu}.
 *
 * @param results one for each program
 * @param modes the modes of QEMU that all results have
 * @param prefix what the names of all figures begin with
 */
record VcpuReport(List<VcpuResult> results, List<QemuMode> modes, String prefix) {
  private static final String OURS = "%-15s %14s  %-18s %7s";
  private static final String THEIRS = "  %-20s %7s %7s";

  /** Prints the table. */
  void table(Report report) {
    StringBuilder head =
        new StringBuilder(OURS.formatted("program", "instructions", "Tombolo MIPS", "by CPU"));
    for (QemuMode mode : modes) {
      head.append(THEIRS.formatted(mode.label() + " MIPS", "by CPU", "ratio"));
    }
    boolean cold = results.stream().anyMatch(result -> result.cold().isPresent());
    report.line(head.append(cold ? "   cold" : "").toString());
    results.forEach(result -> report.line(row(result)));
  }

  private String row(VcpuResult result) {
    StringBuilder row =
        new StringBuilder(
            OURS.formatted(
                result.program().name(),
                String.format(Locale.ROOT, "%,d", result.instructions()),
                result.mips(),
                number("%.0f", result.cpuMips().median())));
    for (QemuMode mode : modes) {
      row.append(
          THEIRS.formatted(
              result.mips(mode),
              number("%.0f", result.cpuMips(mode).median()),
              number("%.3f", result.ratio(mode).median())));
    }
    result.cold().ifPresent(mips -> row.append(number("%7.0f", mips)));
    return row.toString();
  }

  private static String number(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  /** Adds the figures: those of each program, then those over the integer programs. */
  void figures(Report report) {
    for (VcpuResult result : results) {
      String name = prefix + result.program().name();
      report.figure(name, result.mips().median(), "MIPS");
      report.figure(name + ".cpu", result.cpuMips().median(), "MIPS");
      for (QemuMode mode : modes) {
        report.figures(name + ratio(mode), result.ratio(mode), "x");
      }
      result.cold().ifPresent(mips -> report.figure(name + ".cold", mips, "MIPS"));
    }
    List<VcpuResult> integer =
        results.stream().filter(result -> result.program().integer()).toList();
    if (integer.isEmpty()) {
      return;
    }
    double median = Samples.of(integer, result -> result.mips().median()).median();
    report.figure(prefix + "integer-median", median, "MIPS");
    for (QemuMode mode : modes) {
      String name = prefix + "integer-geomean" + ratio(mode);
      report.figure(name, mean(integer, mode, Samples::median), "x");
      report.figure(name + ".q1", mean(integer, mode, Samples::q1), "x");
      report.figure(name + ".q3", mean(integer, mode, Samples::q3), "x");
    }
  }

  private static String ratio(QemuMode mode) {
    return "." + mode.label() + "-ratio";
  }

  /** Returns the geometric mean over the programs of one number of their ratios. */
  private static double mean(
      List<VcpuResult> programs, QemuMode mode, ToDoubleFunction<Samples> number) {
    return Math.exp(
        programs.stream()
            .mapToDouble(result -> Math.log(number.applyAsDouble(result.ratio(mode))))
            .average()
            .orElseThrow());
  }
}
