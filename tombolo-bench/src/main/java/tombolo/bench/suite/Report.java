// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output of a suite: progress on standard error, tables on standard output, and at the end a
 * line {@code figure <name> <value> <unit>} for each number that a program may want to read.
 *
 * <p>Used by one thread.
 */
public final class Report {
  private final PrintStream out;
  private final PrintStream err;
  private final List<Figure> figures = new ArrayList<>();

  /** Begins a report with a line about the host. */
  public Report(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    line(host());
  }

  /** A number for programs. */
  public record Figure(String name, double value, String unit) {
    private static final Pattern LINE = Pattern.compile("figure (\\S+) (\\S+) (\\S+)");

    /** Parses a line of a suite's output; empty if it is not that of a figure. */
    public static Optional<Figure> parse(String line) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Figure(matcher.group(1), Double.parseDouble(matcher.group(2)), matcher.group(3)));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    @Override
    public String toString() {
      // Four significant digits, and never an exponent.
      double size = Math.abs(value);
      String format = size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
      return "figure %s %s %s".formatted(name, String.format(Locale.ROOT, format, value), unit);
    }
  }

  /** Prints what is going on to standard error. */
  public void progress(String text) {
    err.println(text);
    err.flush();
  }

  /** Returns the stream for progress. */
  public PrintStream progress() {
    return err;
  }

  /** Prints a line to standard output. */
  public void line(String text) {
    out.println(text);
  }

  /** Adds a figure. */
  public void figure(String name, double value, String unit) {
    figures.add(new Figure(name, value, unit));
  }

  /** Adds a figure for the median, and {@code .q1} and {@code .q3} for the quartiles. */
  public void figures(String name, Samples samples, String unit) {
    figure(name, samples.median(), unit);
    figure(name + ".q1", samples.q1(), unit);
    figure(name + ".q3", samples.q3(), unit);
  }

  /** Prints the figures, which end the report. */
  public void close() {
    line("load average at the end: " + load());
    figures.forEach(out::println);
    out.flush();
  }

  /** Describes the host and its load, because numbers of a busy machine are worth little. */
  private static String host() {
    return "%s %s, %s, %d processors, load average at the beginning: %s"
        .formatted(
            System.getProperty("java.vm.name"),
            System.getProperty("java.runtime.version"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            load());
  }

  private static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
  }
}
