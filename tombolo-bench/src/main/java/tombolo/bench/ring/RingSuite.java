// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import tombolo.bench.Arguments;
import tombolo.bench.Report;

/**
 * Suite {@code ring}: how fast messages go from one end to the other, and how soon, by Tombolo's
 * rings and by others. A round measures everybody once; those with the same messages follow each
 * other, because the machine changes while one waits. The first round is not counted.
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
    RingResults results = new RingResults();
    for (int round = options.quick() ? 1 : 0; round <= options.rounds(); round++) {
      for (Setting setting : options.settings()) {
        for (Size size : options.sizes()) {
          report.progress(
              "%s, messages of %s: round %d of %d"
                  .formatted(setting.description(), size.label(), round, options.rounds()));
          measure(setting, size, round > 0, results);
        }
      }
    }
    results.print(report);
  }

  private void measure(Setting setting, Size size, boolean counted, RingResults results)
      throws InterruptedException {
    Effort effort = options.quick() ? Effort.QUICK : Effort.FULL;
    for (Contender contender : options.contenders()) {
      if (setting.takes(contender, size)) {
        Measured measured = setting.measure(contender, size, effort);
        if (counted) {
          results.add(setting, size, contender, measured);
        }
      }
    }
  }
}
