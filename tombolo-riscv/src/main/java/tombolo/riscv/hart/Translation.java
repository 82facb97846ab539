// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import org.jspecify.annotations.Nullable;

/**
 * A region that harts share, and how often they enter it. Blocks hold it instead of the region, so
 * that a region which is evicted goes at once, whoever knows of it.
 *
 * <p>Thread-safe. Harts may lose counts to each other; nothing but speed depends on them.
 */
public final class Translation {
  /** The region; null once it is evicted. Immutable objects may be passed on by a race. */
  private @Nullable Region region;

  private int entries;

  /** Makes a translation that nobody has entered. */
  public Translation(Region region) {
    this.region = region;
  }

  @Nullable Region region() {
    return region;
  }

  /** Returns how often it was entered, and counts once more; at most about 2 billion. */
  int enter() {
    int count = entries;
    if (count != Integer.MAX_VALUE) {
      entries = count + 1;
    }
    return count;
  }

  /** Returns how often it was entered. */
  public int entries() {
    return entries;
  }

  /** Takes the region away; harts that are in it leave it as usual. */
  public void evict() {
    region = null;
  }
}
