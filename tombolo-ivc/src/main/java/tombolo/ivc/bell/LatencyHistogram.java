// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.Arrays;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * Counts of times by size, with eight classes to each power of two: a percentile is right within an
 * eighth. Guarded by the inbox that it is about.
 */
final class LatencyHistogram {
  private static final int BITS = 3;
  private static final int CLASSES = 1 << BITS;

  /** The most times of a class in saved state: of all classes together they don't overflow. */
  private static final long MOST = 1L << 50;

  private final long[] counts = new long[(64 - BITS) * CLASSES];
  private long total;

  /** Counts a time; a negative one counts as 0. */
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

  /** Writes the classes that are not empty. */
  void save(StateWriter out) {
    out.number((int) Arrays.stream(counts).filter(count -> count != 0).count());
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        out.number(i).number(counts[i]);
      }
    }
  }

  void restore(StateReader in) {
    Arrays.fill(counts, 0);
    total = 0;
    for (int left = in.int32(0, counts.length); left > 0; left--) {
      int index = in.int32(0, counts.length - 1);
      long count = in.int64();
      if (count <= 0 || count > MOST || counts[index] != 0) {
        throw in.wrong("%d times of class %d".formatted(count, index));
      }
      counts[index] = count;
      total += count;
    }
  }

  /** Returns how many times were counted. */
  long total() {
    return total;
  }

  /**
   * Returns the time that this share of all times does not exceed.
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
