// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

/** Where the two ends are. */
interface Setting {
  /** As on the command line and in figures. */
  String label();

  /** For people. */
  String description();

  boolean takes(Contender contender, Size size);

  /**
   * Measures once; what it started has ended when this returns.
   *
   * @throws tombolo.bench.BenchmarkException if a message is lost, wrong, or does not come
   */
  Measured measure(Contender contender, Size size, Effort effort) throws InterruptedException;
}
