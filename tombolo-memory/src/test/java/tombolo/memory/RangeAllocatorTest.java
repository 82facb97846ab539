// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An allocator of ranges")
class RangeAllocatorTest {
  private static final long PAGE = 4096;

  private final RangeAllocator ranges = new RangeAllocator(PAGE);

  private long allocate(long size) {
    return ranges.allocate(size).orElseThrow();
  }

  /** Creates gaps of these page counts, in this order, each behind a page that is taken. */
  private void gaps(int... pages) {
    long at = 0;
    for (int gap : pages) {
      ranges.add(at * PAGE, gap * PAGE);
      at += gap + 1;
    }
  }

  @Test
  @DisplayName("takes the smallest gap that is large enough")
  void bestFit() {
    gaps(8, 3, 5);
    assertThat(allocate(3 * PAGE)).isEqualTo(9 * PAGE);
    assertThat(allocate(4 * PAGE)).isEqualTo(13 * PAGE);
    assertThat(allocate(4 * PAGE)).isZero();
  }

  @Test
  @DisplayName("takes the lowest of several that fit as well, and the lower end of a gap")
  void lowestAmongEquals() {
    gaps(4, 2, 4, 2);
    assertThat(allocate(2 * PAGE)).isEqualTo(5 * PAGE);
    assertThat(allocate(2 * PAGE)).isEqualTo(13 * PAGE);
    assertThat(allocate(PAGE)).isZero();
    assertThat(allocate(3 * PAGE)).isEqualTo(PAGE);
  }

  @Test
  @DisplayName("rounds sizes up to whole granules, and returns the size of a range")
  void rounds() {
    ranges.add(0, 4 * PAGE);
    assertThat(allocate(1)).isZero();
    assertThat(allocate(PAGE + 1)).isEqualTo(PAGE);
    assertThat(ranges.sizeOf(0)).isEqualTo(PAGE);
    assertThat(ranges.sizeOf(PAGE)).isEqualTo(2 * PAGE);
    assertThat(ranges.sizeOf(2 * PAGE)).as("the middle of a range").isZero();
    assertThat(ranges.freeBytes()).isEqualTo(PAGE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -4096, Long.MIN_VALUE, Long.MAX_VALUE, 5 * 4096})
  @DisplayName("has no range for sizes that are not positive or too large")
  void refusesSizes(long size) {
    ranges.add(0, 4 * PAGE);
    assertThat(ranges.allocate(size)).isEmpty();
    assertThat(ranges.freeBytes()).isEqualTo(4 * PAGE);
    assertThat(ranges.gaps()).isEqualTo(1);
  }

  @Test
  @DisplayName("merges what comes back with the gap before it, the one behind it, and both")
  void merges() {
    ranges.add(0, 5 * PAGE);
    for (int i = 0; i < 5; i++) {
      assertThat(allocate(PAGE)).isEqualTo(i * PAGE);
    }
    assertThat(ranges.gaps()).isZero();
    assertThat(ranges.release(PAGE, PAGE)).isTrue();
    assertThat(ranges.release(3 * PAGE, PAGE)).isTrue();
    assertThat(ranges.gaps()).isEqualTo(2);
    assertThat(ranges.release(0, PAGE)).as("before a gap").isTrue();
    assertThat(ranges.release(4 * PAGE, PAGE)).as("behind a gap").isTrue();
    assertThat(ranges.gaps()).isEqualTo(2);
    assertThat(ranges.largestGap()).isEqualTo(2 * PAGE);
    assertThat(ranges.release(2 * PAGE, PAGE)).as("between two").isTrue();
    assertThat(ranges.gaps()).isEqualTo(1);
    assertThat(ranges.largestGap()).isEqualTo(5 * PAGE);
    assertThat(ranges.count()).isZero();
  }

  @Test
  @DisplayName("takes back exactly what it has handed out, once")
  void exactReleaseOnly() {
    ranges.add(0, 8 * PAGE);
    long at = allocate(2 * PAGE);
    allocate(2 * PAGE);
    assertThat(ranges.release(at, PAGE)).as("shorter").isFalse();
    assertThat(ranges.release(at, 4 * PAGE)).as("longer, over the next one").isFalse();
    assertThat(ranges.release(at, 2 * PAGE - 1)).as("not whole").isFalse();
    assertThat(ranges.release(at + PAGE, PAGE)).as("the middle").isFalse();
    assertThat(ranges.release(at + 1, 2 * PAGE)).as("not aligned").isFalse();
    assertThat(ranges.release(4 * PAGE, 4 * PAGE)).as("a gap").isFalse();
    assertThat(ranges.release(-PAGE, PAGE)).as("no address").isFalse();
    assertThat(ranges.count()).isEqualTo(2);
    assertThat(ranges.freeBytes()).isEqualTo(4 * PAGE);
    assertThat(ranges.release(at, 2 * PAGE)).isTrue();
    assertThat(ranges.release(at, 2 * PAGE)).as("again").isFalse();
    assertThat(ranges.freeBytes()).isEqualTo(6 * PAGE);
  }

  @Test
  @DisplayName("gives up a range only if it is one whole gap")
  void removes() {
    gaps(2, 4);
    assertThat(ranges.remove(0, PAGE)).as("a part").isFalse();
    assertThat(ranges.remove(0, 4 * PAGE)).as("more").isFalse();
    long at = allocate(PAGE);
    assertThat(ranges.remove(0, 2 * PAGE)).as("in use").isFalse();
    ranges.release(at, PAGE);
    assertThat(ranges.remove(0, 2 * PAGE)).isTrue();
    assertThat(ranges.freeBytes()).isEqualTo(4 * PAGE);
    assertThat(allocate(PAGE)).isEqualTo(3 * PAGE);
  }

  @Test
  @DisplayName("refuses ranges that are not whole granules of the address space")
  void refusesAddresses() {
    assertThatIllegalArgumentException().isThrownBy(() -> new RangeAllocator(0));
    assertThatIllegalArgumentException().isThrownBy(() -> ranges.add(-PAGE, PAGE));
    assertThatIllegalArgumentException().isThrownBy(() -> ranges.add(1, PAGE));
    assertThatIllegalArgumentException().isThrownBy(() -> ranges.add(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> ranges.add(0, PAGE + 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ranges.add(Long.MAX_VALUE - PAGE + 1, PAGE));
    assertThat(ranges.freeBytes()).isZero();
  }

  @Test
  @DisplayName("has 100,000 ranges at a time, and is one gap again when they are back")
  void hundredThousand() {
    int count = 100_000;
    ranges.add(0, count * PAGE);
    for (int i = 0; i < count; i++) {
      assertThat(allocate(PAGE)).isEqualTo(i * PAGE);
    }
    assertThat(ranges.allocate(1)).isEmpty();
    assertThat(ranges.count()).isEqualTo(count);
    // Every other range first, which makes as many gaps as possible.
    for (int i = 0; i < count; i += 2) {
      assertThat(ranges.release(i * PAGE, PAGE)).isTrue();
    }
    assertThat(ranges.gaps()).isEqualTo(count / 2);
    for (int i = 1; i < count; i += 2) {
      assertThat(ranges.release(i * PAGE, PAGE)).isTrue();
    }
    assertThat(ranges.gaps()).isEqualTo(1);
    assertThat(ranges.largestGap()).isEqualTo(count * PAGE);
  }

  /** A bitmap of handed-out granules; finds gaps by looking at every bit. */
  private static final class Bitmap {
    static final int GRANULES = 96;
    private static final int NOT_OURS = 40; // separates two ranges

    private final BitSet taken = new BitSet();

    Bitmap() {
      taken.set(NOT_OURS);
      taken.set(GRANULES);
    }

    /** Returns the length of the gap that begins here, or 0 if none begins. */
    int gapAt(int granule) {
      boolean begins = !taken.get(granule) && (granule == 0 || taken.get(granule - 1));
      return begins ? taken.nextSetBit(granule) - granule : 0;
    }

    int bestFit(int granules) {
      int best = -1;
      for (int at = 0; at < GRANULES; at++) {
        if (gapAt(at) >= granules && (best < 0 || gapAt(at) < gapAt(best))) {
          best = at;
        }
      }
      return best;
    }

    int gaps() {
      int gaps = 0;
      for (int at = 0; at < GRANULES; at++) {
        gaps += gapAt(at) > 0 ? 1 : 0;
      }
      return gaps;
    }

    int largestGap() {
      int largest = 0;
      for (int at = 0; at < GRANULES; at++) {
        largest = Math.max(largest, gapAt(at));
      }
      return largest;
    }

    int free() {
      return GRANULES + 1 - taken.cardinality();
    }
  }

  private record Range(long base, long size) {}

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @DisplayName("agrees with a bitmap through random allocations and releases")
  void agreesWithABitmap(long seed) {
    Random random = new Random(seed);
    Bitmap model = new Bitmap();
    List<Range> held = new ArrayList<>();
    ranges.add(0, Bitmap.NOT_OURS * PAGE);
    ranges.add((Bitmap.NOT_OURS + 1) * PAGE, (Bitmap.GRANULES - Bitmap.NOT_OURS - 1) * PAGE);
    int refused = 0;
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(2) == 0) {
        int granules = 1 + random.nextInt(random.nextInt(8) == 0 ? 24 : 5);
        int expected = model.bestFit(granules);
        OptionalLong at = ranges.allocate(granules * PAGE - random.nextInt((int) PAGE));
        assertThat(at)
            .as("seed %d, step %d: %d granules", seed, step, granules)
            .isEqualTo(expected < 0 ? OptionalLong.empty() : OptionalLong.of(expected * PAGE));
        if (expected >= 0) {
          model.taken.set(expected, expected + granules);
          held.add(new Range(expected * PAGE, granules * PAGE));
        } else {
          refused++;
        }
      } else if (random.nextInt(4) == 0) {
        Range any =
            new Range(random.nextInt(Bitmap.GRANULES) * PAGE, (1 + random.nextInt(4)) * PAGE);
        if (!held.contains(any)) {
          assertThat(ranges.release(any.base, any.size)).as("seed %d: %s", seed, any).isFalse();
        }
      } else if (!held.isEmpty()) {
        Range back = held.remove(random.nextInt(held.size()));
        assertThat(ranges.release(back.base, back.size)).isTrue();
        int from = (int) (back.base / PAGE);
        model.taken.clear(from, from + (int) (back.size / PAGE));
      }
      assertThat(ranges.count()).isEqualTo(held.size());
      assertThat(ranges.freeBytes()).isEqualTo(model.free() * PAGE);
      assertThat(ranges.gaps()).isEqualTo(model.gaps());
      assertThat(ranges.largestGap()).isEqualTo(model.largestGap() * PAGE);
    }
    assertThat(refused).as("a run that was never full tests little").isGreaterThan(100);
  }
}
