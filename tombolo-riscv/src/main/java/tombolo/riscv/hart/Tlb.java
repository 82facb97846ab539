// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The address translations that a hart remembers, stage 1 and stage 2 in one step: guest virtual
 * page → host address for loads and stores, guest virtual page → decoded page for fetches, and
 * guest virtual address → decoded block for jumps. Direct mapped.
 *
 * <p>A hart has one for each combination of privilege and permission bits that it switches often
 * (see {@link Mmu}), so an entry never needs to be checked for permission. Used by the hart's
 * thread only.
 */
public final class Tlb {
  static final int ENTRIES = 256;

  static final int JUMPS = 2048;

  /** Matches nothing: tags have zeros below the page number, jump tags are even. */
  static final long INVALID = -1;

  // Lengths are powers of two, and an index is masked with its array's length minus one: C2 knows
  // then
  // that it is in range, and leaves the check out.

  /** Virtual addresses of pages that may be read. */
  final long[] readTags = new long[ENTRIES];

  /** The difference of the host address and the virtual address, for each page. */
  final long[] readOffsets = new long[ENTRIES];

  /** Virtual addresses of pages that may be written and whose PTE is dirty. */
  final long[] writeTags = new long[ENTRIES];

  final long[] writeOffsets = new long[ENTRIES];

  /** The difference of the guest physical address and the virtual address, for each page. */
  private final long[] readGpaOffsets = new long[ENTRIES];

  private final long[] writeGpaOffsets = new long[ENTRIES];

  final long[] jumpTags = new long[JUMPS];
  final @Nullable Block[] jumps = new Block[JUMPS];

  private final long[] fetchTags = new long[ENTRIES];
  private final @Nullable CodePage[] fetchPages = new CodePage[ENTRIES];

  /**
   * The places in {@link #jumps} and {@link #fetchPages} that are used, and perhaps others. A guest
   * that patches its code executes {@code fence.i} after a few instructions each time, and then few
   * are.
   */
  private final UsedPlaces usedJumps = new UsedPlaces(JUMPS);

  private final UsedPlaces usedFetches = new UsedPlaces(ENTRIES);

  /** The pages that jumps know code of, and perhaps others. */
  private final PageFilter jumpPages = new PageFilter();

  private boolean clean;

  Tlb() {
    Arrays.fill(readTags, INVALID);
    Arrays.fill(writeTags, INVALID);
    Arrays.fill(jumpTags, INVALID);
    Arrays.fill(fetchTags, INVALID);
    clean = true;
  }

  static int jumpIndex(long va) {
    return (int) (va >>> 1) & (JUMPS - 1);
  }

  void putRead(long va, long gpa, long host) {
    int index = index(va);
    readTags[index] = va & Mmu.PAGE_MASK;
    readOffsets[index] = host - va;
    readGpaOffsets[index] = gpa - va;
    clean = false;
  }

  void putWrite(long va, long gpa, long host) {
    int index = index(va);
    writeTags[index] = va & Mmu.PAGE_MASK;
    writeOffsets[index] = host - va;
    writeGpaOffsets[index] = gpa - va;
    clean = false;
  }

  /** Returns the host address of a readable byte, if its page is known; else INVALID. */
  long readAddress(long va) {
    int index = index(va);
    return readTags[index] == (va & Mmu.PAGE_MASK) ? va + readOffsets[index] : INVALID;
  }

  /** Returns the host address of a writable byte, if its page is known; else INVALID. */
  long writeAddress(long va) {
    int index = index(va);
    return writeTags[index] == (va & Mmu.PAGE_MASK) ? va + writeOffsets[index] : INVALID;
  }

  /** Returns the guest physical address of a byte whose page {@link #readAddress} knows. */
  long readGpa(long va) {
    return va + readGpaOffsets[index(va)];
  }

  /** Returns the guest physical address of a byte whose page {@link #writeAddress} knows. */
  long writeGpa(long va) {
    return va + writeGpaOffsets[index(va)];
  }

  private static int index(long va) {
    return (int) (va >>> 12) & (ENTRIES - 1);
  }

  void putFetch(long va, CodePage page) {
    int index = index(va);
    usedFetches.add(index);
    fetchTags[index] = va & Mmu.PAGE_MASK;
    fetchPages[index] = page;
    clean = false;
  }

  void putJump(long va, Block block) {
    int index = jumpIndex(va);
    usedJumps.add(index);
    jumpTags[index] = va;
    jumps[index] = block;
    jumpPages.add(va >>> 12);
    clean = false;
  }

  @Nullable CodePage fetchPage(long va) {
    int index = index(va);
    return fetchTags[index] == (va & Mmu.PAGE_MASK) ? fetchPages[index] : null;
  }

  /** Forgets everything. */
  void flush() {
    if (!clean) {
      Arrays.fill(readTags, INVALID);
      Arrays.fill(writeTags, INVALID);
      flushCode();
      clean = true;
    }
  }

  /** Forgets the 4 KiB that an address is in. */
  void flushPage(long va) {
    int index = index(va);
    long page = va & Mmu.PAGE_MASK;
    if (readTags[index] == page) {
      readTags[index] = INVALID;
    }
    if (writeTags[index] == page) {
      writeTags[index] = INVALID;
    }
    if (fetchTags[index] == page) {
      fetchTags[index] = INVALID;
      fetchPages[index] = null;
    }
    // Its jumps may be there when its fetch entry has gone already. They can be anywhere.
    if (jumpPages.mayHold(va >>> 12)) {
      for (int i = 0; i < JUMPS; i++) {
        if ((jumpTags[i] & Mmu.PAGE_MASK) == page) {
          jumpTags[i] = INVALID;
          jumps[i] = null;
        }
      }
    }
  }

  /** Forgets what it knows of code, so that the next fetch of each page is checked. */
  void flushCode() {
    if (usedJumps.isEmpty() && usedFetches.isEmpty()) {
      return;
    }
    usedJumps.drain(
        place -> {
          jumpTags[place] = INVALID;
          jumps[place] = null;
        });
    usedFetches.drain(
        place -> {
          fetchTags[place] = INVALID;
          fetchPages[place] = null;
        });
    jumpPages.clear();
  }

  /**
   * Places of a table that are used, each listed once, so that clearing the table costs no more
   * than filling it did. Used by the hart's thread only.
   */
  private static final class UsedPlaces {
    private final int[] list;
    private final long[] isListed;
    private int count;

    /**
     * Makes an empty list.
     *
     * @param places how many the table has, a power of two from 64
     */
    UsedPlaces(int places) {
      list = new int[places];
      isListed = new long[places / Long.SIZE];
    }

    /** Adds a place, from 0. */
    void add(int place) {
      int word = place / Long.SIZE;
      long bit = 1L << place;
      if ((isListed[word] & bit) == 0) {
        isListed[word] |= bit;
        list[count++] = place;
      }
    }

    boolean isEmpty() {
      return count == 0;
    }

    /** Clears each place, and empties the list. */
    void drain(IntConsumer clear) {
      for (int i = 0; i < count; i++) {
        int place = list[i];
        isListed[place / Long.SIZE] = 0;
        clear.accept(place);
      }
      count = 0;
    }
  }

  /**
   * A set of page numbers that may answer "perhaps" for one that was never added, but "no" only if
   * that is so: one bit for each value of a hash. Used by the hart's thread only.
   */
  static final class PageFilter {
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
}
