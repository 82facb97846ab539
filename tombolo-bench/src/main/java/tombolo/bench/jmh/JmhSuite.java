// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.UsageException;

/** Suite {@code jmh}: the benchmarks of this package. */
public final class JmhSuite {
  /** The time for each benchmark. */
  enum Effort {
    /** Runs in this JVM for a moment, which only shows that the benchmarks work. */
    QUICK(0, 0, 1, 1),
    SHORT(1, 3, 5, 500),
    FULL(3, 5, 10, 1000);

    private final int forks;
    private final int warmups;
    private final int iterations;
    private final long millis;

    Effort(int forks, int warmups, int iterations, long millis) {
      this.forks = forks;
      this.warmups = warmups;
      this.iterations = iterations;
      this.millis = millis;
    }
  }

  private final String regex;
  private final Effort effort;
  private final Report report;

  private JmhSuite(String regex, Effort effort, Report report) {
    this.regex = regex;
    this.effort = effort;
    this.report = report;
  }

  /** Reads the suite's arguments. */
  public static JmhSuite parse(Arguments arguments, Report report) {
    Effort effort =
        arguments.flag("--full")
            ? Effort.FULL
            : arguments.flag("--quick") ? Effort.QUICK : Effort.SHORT;
    String regex = arguments.word().orElse(".*");
    arguments.requireNoMore();
    Arguments.pattern(Optional.of(regex));
    return new JmhSuite(regex, effort, report);
  }

  /** Measures, and reports. */
  public void run() {
    if (BenchmarkList.defaultList()
        .find(format(VerboseMode.SILENT), List.of(regex), List.of())
        .isEmpty()) {
      throw new UsageException("no benchmark matches " + regex);
    }
    TimeValue time = TimeValue.milliseconds(effort.millis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(regex)
            .forks(effort.forks)
            .warmupIterations(effort.warmups)
            .warmupTime(time)
            .measurementIterations(effort.iterations)
            .measurementTime(time)
            .shouldFailOnError(true);
    if (effort == Effort.QUICK) {
      // Nothing is measured, so another JMH on this machine disturbs nothing.
      System.setProperty("jmh.ignoreLock", "true");
      report.line("--quick: these runs are too short to say anything about speed");
    }
    Collection<RunResult> results;
    try {
      results = new Runner(options.build(), format(VerboseMode.NORMAL)).run();
    } catch (RunnerException e) {
      throw new BenchmarkException("JMH: " + e.getMessage());
    }
    print(results);
  }

  private OutputFormat format(VerboseMode mode) {
    return OutputFormatFactory.createFormatInstance(report.progress(), mode);
  }

  private void print(Collection<RunResult> results) {
    report.line("%-36s %12s %12s".formatted("benchmark", "ns/op", "± (99.9%)"));
    List<RunResult> ordered =
        results.stream()
            .sorted(Comparator.comparing(result -> nameOf(result.getParams())))
            .toList();
    for (RunResult result : ordered) {
      Result<?> score = result.getPrimaryResult();
      String name = nameOf(result.getParams());
      report.line(
          String.format(
              Locale.ROOT, "%-36s %12.2f %12.2f", name, score.getScore(), score.getScoreError()));
      report.figure("jmh." + name, score.getScore(), "ns/op");
    }
  }

  /** Returns {@code map-unmap.1000} for method mapUnmap with one parameter, 1000. */
  private static String nameOf(BenchmarkParams params) {
    String method = params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
    StringBuilder name =
        new StringBuilder(method.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT));
    for (String key : params.getParamsKeys()) {
      name.append('.').append(params.getParam(key));
    }
    return name.toString();
  }
}
