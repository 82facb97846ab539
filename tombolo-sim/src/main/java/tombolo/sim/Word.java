// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

/**
 * Eight aligned bytes of shared memory that were written lately, and what they were before. Version
 * 0 is the oldest that a hart may still read.
 */
final class Word {
  /** Returns the bits of a word that a scalar of 1, 2, 4 or 8 bytes at this address takes. */
  static long mask(long address, int size) {
    return (size == Long.BYTES ? -1L : (1L << (8 * size)) - 1) << shift(address);
  }

  /** Returns by how many bits a scalar at this address is shifted in its word. */
  static int shift(long address) {
    return 8 * (int) (address & Long.BYTES - 1);
  }

  /** The most versions; the oldest is forgotten first. */
  private static final int MOST = 8;

  private final long[] times = new long[MOST];
  private final long[] values = new long[MOST];
  private final long[] masks = new long[MOST];
  private final long[] nanos = new long[MOST];
  private int count;

  /**
   * Makes one that has not been written yet.
   *
   * @param value what it holds
   */
  Word(long value) {
    values[0] = value;
    masks[0] = -1;
    count = 1;
  }

  /**
   * Notes a write.
   *
   * @param time in the order of all writes
   * @param value of all eight bytes after it
   * @param mask the bits that it wrote
   * @param now virtual time
   */
  void add(long time, long value, long mask, long now) {
    if (count == MOST) {
      forget(1);
    }
    times[count] = time;
    values[count] = value;
    masks[count] = mask;
    nanos[count] = now;
    count++;
  }

  /** Forgets all but the time of the latest write, and holds another value. */
  void restart(long value) {
    forget(count - 1);
    values[0] = value;
  }

  private void forget(int oldest) {
    count -= oldest;
    System.arraycopy(times, oldest, times, 0, count);
    System.arraycopy(values, oldest, values, 0, count);
    System.arraycopy(masks, oldest, masks, 0, count);
    System.arraycopy(nanos, oldest, nanos, 0, count);
    masks[0] = -1;
  }

  /**
   * Forgets versions that were overwritten long ago.
   *
   * @param time forget what was overwritten at or before this
   * @param now virtual time up to which it was overwritten
   */
  void expire(long time, long now) {
    int old = 0;
    while (old + 1 < count && (times[old + 1] <= time || nanos[old + 1] <= now)) {
      old++;
    }
    if (old > 0) {
      forget(old);
    }
  }

  int count() {
    return count;
  }

  long latest() {
    return values[count - 1];
  }

  long value(int version) {
    return values[version];
  }

  /** Returns the time of the last write to some of these bits, as of a version. */
  long time(int version, long mask) {
    int last = version;
    while (last > 0 && (masks[last] & mask) == 0) {
      last--;
    }
    return times[last];
  }

  /** Returns the oldest version in which these bits hold all that was written by this time. */
  int versionAt(long time, long mask) {
    int version = count - 1;
    while (version > 0 && time(version, mask) > time) {
      version--;
    }
    return version;
  }
}
