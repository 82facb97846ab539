// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.suite.Report;

/** Where the two ends are. */
interface Setting {
  /** Returns the name on the command line and in figures. */
  String label();

  /** Returns the beginning of the names of figures. */
  default String prefix() {
    return "ring." + label();
  }

  /** Returns the name for people. */
  String description();

  /** Returns whether a contender works in this setting, and is worth it. */
  boolean takes(Contender contender, Size size);

  /**
   * Measures contenders side by side, and adds what was measured to a table. What it started has
   * ended when this returns.
   *
   * @param contenders all of which this setting takes, at least one
   * @param slices of each contender, at least; 1 for a try that means nothing
   * @throws tombolo.bench.suite.BenchmarkException if a message is lost, wrong, or does not come
   */
  void measure(
      List<Contender> contenders,
      Size size,
      Effort effort,
      int slices,
      ResultTable results,
      Report report)
      throws InterruptedException;
}
