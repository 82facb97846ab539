// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Hands out ranges of an address space, best fit: from the smallest gap that is large enough, and
 * from the lowest of several. A range that is given back merges with the gaps that it touches, so
 * no two gaps ever touch. All operations are O(log n) in the number of gaps.
 *
 * <p>It knows addresses only, not the memory behind them. Not thread-safe; its owner guards it.
 */
public final class RangeAllocator {
  private final long granule;

  /** Every gap is here and in both maps below: by size to find one, by both ends to merge. */
  private final TreeSet<Gap> bySize = new TreeSet<>();

  private final Map<Long, Gap> byBase = new HashMap<>();
  private final Map<Long, Gap> byEnd = new HashMap<>();

  /** The sizes of the ranges that are handed out, by base. */
  private final Map<Long, Long> allocated = new HashMap<>();

  private long freeBytes;

  /** A range of free addresses; ordered by size, then by address. */
  private record Gap(long size, long base) implements Comparable<Gap> {
    @Override
    public int compareTo(Gap other) {
      int bySize = Long.compare(size, other.size);
      return bySize != 0 ? bySize : Long.compare(base, other.base);
    }

    long end() {
      return base + size;
    }
  }

  /**
   * Creates an allocator without addresses; {@link #add} gives it some.
   *
   * @param granule the unit of addresses and sizes in bytes, positive
   * @throws IllegalArgumentException if the granule is not positive
   */
  public RangeAllocator(long granule) {
    if (granule <= 0) {
      throw new IllegalArgumentException("granule must be positive: " + granule);
    }
    this.granule = granule;
  }

  /**
   * Adds addresses to hand out, which must not overlap any that it has. They merge with a gap that
   * they touch; to keep two ranges apart, leave a granule between them.
   *
   * @param base the first address, not negative, a multiple of the granule
   * @param size bytes, a positive multiple of the granule; {@code base + size} does not overflow
   * @throws IllegalArgumentException if the range is not such a range
   */
  public void add(long base, long size) {
    if (base < 0 || base % granule != 0 || !isSize(size) || base > Long.MAX_VALUE - size) {
      throw new IllegalArgumentException("no such range: 0x%x + 0x%x".formatted(base, size));
    }
    freeBytes += size;
    insertMerged(base, size);
  }

  /**
   * Takes addresses away for good.
   *
   * @return false, with nothing changed, unless the addresses are exactly one whole gap
   */
  public boolean remove(long base, long size) {
    Gap gap = byBase.get(base);
    if (gap == null || gap.size != size) {
      return false;
    }
    delete(gap);
    freeBytes -= size;
    return true;
  }

  /**
   * Hands out a range.
   *
   * @param size bytes, rounded up to the granule
   * @return the first address, or empty if the size is not positive or no gap is large enough
   */
  public OptionalLong allocate(long size) {
    if (size <= 0 || size > Long.MAX_VALUE - granule) {
      return OptionalLong.empty();
    }
    long rounded = (size + granule - 1) / granule * granule;
    Gap gap = bySize.ceiling(new Gap(rounded, 0));
    if (gap == null) {
      return OptionalLong.empty();
    }
    delete(gap);
    if (gap.size > rounded) {
      insert(new Gap(gap.size - rounded, gap.base + rounded));
    }
    allocated.put(gap.base, rounded);
    freeBytes -= rounded;
    return OptionalLong.of(gap.base);
  }

  /**
   * Hands out a given range. Unlike everything else here, it takes time in proportion to the number
   * of gaps.
   *
   * @param size a positive multiple of the granule
   * @return false, and nothing has changed, unless all of the range is free
   */
  public boolean allocateAt(long base, long size) {
    if (base < 0 || base % granule != 0 || !isSize(size) || base > Long.MAX_VALUE - size) {
      return false;
    }
    for (Gap gap : bySize) {
      if (gap.base <= base && base + size <= gap.end()) {
        delete(gap);
        if (gap.base < base) {
          insert(new Gap(base - gap.base, gap.base));
        }
        if (base + size < gap.end()) {
          insert(new Gap(gap.end() - (base + size), base + size));
        }
        allocated.put(base, size);
        freeBytes -= size;
        return true;
      }
    }
    return false;
  }

  /**
   * Takes a range back.
   *
   * @return false, with nothing changed, if it is not exactly one range that was handed out
   */
  public boolean release(long base, long size) {
    // This also refuses a base that is not a multiple of the granule: none was handed out there.
    if (!allocated.remove(base, size)) {
      return false;
    }
    freeBytes += size;
    insertMerged(base, size);
    return true;
  }

  /** Returns the size in bytes of the handed-out range that begins here, or 0 if there is none. */
  public long sizeOf(long base) {
    return Objects.requireNonNullElse(allocated.get(base), 0L);
  }

  /** Returns the number of ranges that are handed out. */
  public int count() {
    return allocated.size();
  }

  /** Returns the number of free bytes, in gaps of any size. */
  public long freeBytes() {
    return freeBytes;
  }

  /** Returns the size of the largest gap in bytes, or 0 if there is none. */
  public long largestGap() {
    return bySize.isEmpty() ? 0 : bySize.last().size;
  }

  /** Returns the number of gaps. */
  public int gaps() {
    return bySize.size();
  }

  private boolean isSize(long size) {
    return size > 0 && size % granule == 0;
  }

  private void insertMerged(long base, long size) {
    long from = base;
    long to = base + size;
    @Nullable Gap before = byEnd.get(base);
    if (before != null) {
      delete(before);
      from = before.base;
    }
    @Nullable Gap after = byBase.get(to);
    if (after != null) {
      delete(after);
      to = after.end();
    }
    insert(new Gap(to - from, from));
  }

  private void insert(Gap gap) {
    bySize.add(gap);
    byBase.put(gap.base, gap);
    byEnd.put(gap.end(), gap);
  }

  private void delete(Gap gap) {
    bySize.remove(gap);
    byBase.remove(gap.base);
    byEnd.remove(gap.end());
  }
}
