// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

/**
 * One run of a guest.
 *
 * @param text what it printed
 * @param wallNanos how long it took
 * @param cpuNanos how long the processor was busy with it; less than wallNanos where others had the
 *     processor meanwhile
 */
record Timed(String text, long wallNanos, long cpuNanos) {
  /** Millions of instructions a second of wall time. */
  double mips(long instructions) {
    return instructions * 1e3 / wallNanos;
  }

  /** Millions of instructions a second of processor time. */
  double cpuMips(long instructions) {
    return instructions * 1e3 / cpuNanos;
  }
}
