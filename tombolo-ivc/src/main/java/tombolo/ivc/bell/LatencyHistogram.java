// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

/**
 * Counts of times by size, eight classes to each power of two, so a percentile is right within an
 * eighth. Guarded by the inbox that it is about.
 */
final class LatencyHistogram {
  private static final int BITS = 3;
  private static final int CLASSES = 1 << BITS;

  private final long[] counts = new long[(64 - BITS) * CLASSES];
  private long total;

  /** Counts one; what is negative counts as 0. */
  void add(long nanos) {
    counts[indexOf(Math.max(nanos, 0))]++;
    total++;
  }

  private static int indexOf(long nanos) {
    if (nanos < CLASSES) {
      return (int) nanos;
    }
    int shift = 63 - BITS - Long.numberOfLeadingZeros(nanos);
    return ((shift + 1) << BITS) + (int) ((nanos >>> shift) & (CLASSES - 1));
  }

  private static long largestOf(int index) {
    if (index < CLASSES) {
      return index;
    }
    int shift = (index >> BITS) - 1;
    long leading = CLASSES + (long) (index & (CLASSES - 1));
    return ((leading + 1) << shift) - 1;
  }

  /** How many were counted. */
  long total() {
    return total;
  }

  /**
   * The time that this share of all times does not exceed.
   *
   * @param share above 0, at most 1
   * @return nanoseconds, 0 if none was counted
   */
  long percentile(double share) {
    long wanted = (long) Math.ceil(share * total);
    long seen = 0;
    for (int i = 0; i < counts.length && total > 0; i++) {
      seen += counts[i];
      if (seen >= wanted) {
        return largestOf(i);
      }
    }
    return 0;
  }
}
