// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import tombolo.bench.suite.Report;

/** A part of the suite, which is measured several times and keeps its results. */
interface LinuxMeasurement {
  /** Returns the name in progress messages. */
  String name();

  /** Measures one round. */
  void measure() throws InterruptedException;

  /** Drops all results so far, which only warmed up the host. */
  void forget();

  /** Prints the results, of at least one round. */
  void print(Report report);
}
