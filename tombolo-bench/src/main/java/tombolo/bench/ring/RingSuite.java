// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.ring.fork.Pinning;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.Report;

/**
 * Suite {@code ring}: how fast messages go from one end to the other, and how soon, by Tombolo's
 * rings and by others.
 *
 * <p>In each setting and with messages of each size, all contenders live side by side and take
 * short slices in rotation. What is compared are numbers of one round, which saw the same machine.
 * A run starts everybody anew, because a JVM compiles the same code differently each time.
 */
public final class RingSuite {
  private final RingOptions options;
  private final Report report;

  private RingSuite(RingOptions options, Report report) {
    this.options = options;
    this.report = report;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static RingSuite parse(Arguments arguments, Path root, Report report) {
    return new RingSuite(RingOptions.parse(arguments, root), report);
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    if (options.quick()) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    report.line(Pinning.ofThisHost().describe());
    List<ResultTable> tables = new ArrayList<>();
    for (Setting setting : options.settings()) {
      for (Size size : options.sizes()) {
        tables.add(new ResultTable(setting, size));
      }
    }
    for (int run = 1; run <= options.runs(); run++) {
      for (ResultTable table : tables) {
        measure(table, run);
      }
    }
    for (ResultTable table : tables) {
      if (!table.rows().isEmpty()) {
        new RingResults(table, report).print();
      }
    }
  }

  private void measure(ResultTable table, int run) throws InterruptedException {
    Setting setting = table.setting();
    Size size = table.size();
    List<Contender> contenders =
        options.contenders().stream().filter(each -> setting.takes(each, size)).toList();
    if (contenders.isEmpty()) {
      return;
    }
    report.progress(
        "%s, messages of %s: run %d of %d"
            .formatted(setting.description(), size.label(), run, options.runs()));
    Effort effort = options.quick() ? Effort.QUICK : Effort.FULL;
    setting.measure(contenders, size, effort, options.slices(), table, report);
  }
}
