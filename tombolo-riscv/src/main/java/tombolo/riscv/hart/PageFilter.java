// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.Arrays;

/**
 * A set of page numbers that may answer "perhaps" for one that was never added, but "no" only if
 * that is so: one bit for each value of a hash. Used by the hart's thread only.
 */
final class PageFilter {
  private static final int BITS_LOG2 = 14;

  /** 2^64 divided by the golden ratio: neighbours go far from each other. */
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  private final long[] bits = new long[1 << (BITS_LOG2 - 6)];

  void add(long number) {
    int bit = hash(number);
    bits[bit >>> 6] |= 1L << bit;
  }

  boolean mayHold(long number) {
    int bit = hash(number);
    return (bits[bit >>> 6] >>> bit & 1) != 0;
  }

  void clear() {
    Arrays.fill(bits, 0);
  }

  private static int hash(long number) {
    return (int) ((number * MULTIPLIER) >>> (64 - BITS_LOG2));
  }
}
