// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.guest;

/**
 * One run of a guest.
 *
 * @param text the output of the guest
 * @param wallNanos the time that it took
 * @param cpuNanos the processor time that it took; less than wallNanos where others had the
 *     processor meanwhile
 */
public record Timed(String text, long wallNanos, long cpuNanos) {
  /** Returns millions of instructions a second of wall time. */
  public double mips(long instructions) {
    return instructions * 1e3 / wallNanos;
  }

  /** Returns millions of instructions a second of processor time. */
  public double cpuMips(long instructions) {
    return instructions * 1e3 / cpuNanos;
  }
}
