// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import tombolo.bench.Report;

/** A part of the suite: is measured several times, and keeps what it has seen. */
interface LinuxMeasurement {
  /** For who waits. */
  String name();

  /** One round. */
  void measure() throws InterruptedException;

  /** The rounds until now were to warm up. */
  void forget();

  /** Lines and figures of what was measured, at least once. */
  void print(Report report);
}
