// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.riscv.hart.Hart;

/**
 * Which hart has touched which page of RAM. A page is its first hart's own until a second one
 * comes; from then on it is shared. So stacks stay private, and fast.
 */
final class PageOwners {
  private static final int PAGE_BITS = 12;

  /** A page's hart; null once it is shared. */
  private final TreeMap<Long, @Nullable Hart> owners = new TreeMap<>();

  /** Returns whether a page is shared, now that a hart touches it. */
  boolean isShared(long host, Hart hart) {
    Long page = host >>> PAGE_BITS;
    if (!owners.containsKey(page)) {
      owners.put(page, hart);
      return false;
    }
    @Nullable Hart owner = owners.get(page);
    if (owner == hart) {
      return false;
    }
    if (owner != null) {
      owners.put(page, null);
      owner.mmu.flush();
      WatchedMemory.of(owner).share();
    }
    return true;
  }
}
