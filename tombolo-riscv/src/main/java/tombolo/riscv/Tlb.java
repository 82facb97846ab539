// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a hart remembers of its address translations, stage 1 and stage 2 in one step: guest virtual
 * page → host address for loads and stores, guest virtual page → decoded page for fetches, and
 * guest virtual address → decoded block for jumps. Direct mapped.
 *
 * <p>A hart has one for each combination of privilege and permission bits that it switches often
 * (see {@link Mmu}), so an entry never needs to be checked for permission. Used by the hart's
 * thread only.
 */
final class Tlb {
  static final int ENTRIES = 256;

  /** Turns a virtual address, shifted right by 11, into the index of its pair in read or write. */
  static final int PAIR_MASK = (ENTRIES - 1) << 1;

  static final int JUMPS = 2048;

  /** Matches nothing: tags have zeros below the page number, jump tags are even. */
  static final long INVALID = -1;

  /**
   * Pairs: the page's virtual address, and what to add to a virtual address in it to get the host
   * address.
   */
  final long[] read = new long[2 * ENTRIES];

  /** As {@link #read}; a page is in it only once it may be written and its PTE is dirty. */
  final long[] write = new long[2 * ENTRIES];

  final long[] jumpTags = new long[JUMPS];
  final @Nullable Block[] jumps = new Block[JUMPS];

  private final long[] fetchTags = new long[ENTRIES];
  private final @Nullable CodePage[] fetchPages = new CodePage[ENTRIES];
  private boolean clean;

  Tlb() {
    flush();
  }

  static int jumpIndex(long va) {
    return (int) (va >>> 1) & JUMPS - 1;
  }

  void putRead(long va, long host) {
    put(read, va, host);
  }

  void putWrite(long va, long host) {
    put(write, va, host);
  }

  private void put(long[] pairs, long va, long host) {
    int index = (int) (va >>> 11) & PAIR_MASK;
    pairs[index] = va & Mmu.PAGE_MASK;
    pairs[index + 1] = host - va;
    clean = false;
  }

  void putFetch(long va, CodePage page) {
    int index = (int) (va >>> 12) & ENTRIES - 1;
    fetchTags[index] = va & Mmu.PAGE_MASK;
    fetchPages[index] = page;
    clean = false;
  }

  void putJump(long va, Block block) {
    int index = jumpIndex(va);
    jumpTags[index] = va;
    jumps[index] = block;
    clean = false;
  }

  @Nullable CodePage fetchPage(long va) {
    int index = (int) (va >>> 12) & ENTRIES - 1;
    return fetchTags[index] == (va & Mmu.PAGE_MASK) ? fetchPages[index] : null;
  }

  /** Forgets everything. */
  void flush() {
    if (!clean) {
      Arrays.fill(read, INVALID);
      Arrays.fill(write, INVALID);
      flushCode();
      clean = true;
    }
  }

  /** Forgets what it knows of code, so that the next fetch of each page is checked. */
  void flushCode() {
    Arrays.fill(jumpTags, INVALID);
    Arrays.fill(fetchTags, INVALID);
    Arrays.fill(jumps, null);
    Arrays.fill(fetchPages, null);
  }
}
