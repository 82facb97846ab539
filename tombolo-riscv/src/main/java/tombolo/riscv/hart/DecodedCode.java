// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The decoded pages of one hart, from the oldest to the youngest, within the hart's part of a
 * {@link CodeBudget}. Used by the hart's thread only, except for {@link #evicted}.
 */
final class DecodedCode {
  private final CodeBudget budget;
  private final Map<Long, CodePage> pages = new LinkedHashMap<>();
  private final AtomicLong evicted = new AtomicLong();

  /** The size of all pages, and what the budget counts for this hart. */
  private long bytes;

  DecodedCode(CodeBudget budget) {
    this.budget = budget;
  }

  @Nullable CodePage page(long gpa) {
    return pages.get(gpa);
  }

  /** Adds a page as the youngest one, instead of what was known of the same addresses. */
  void add(CodePage page) {
    CodePage before = pages.remove(page.gpa);
    pages.put(page.gpa, page);
    use(page.bytes() - (before == null ? 0 : before.bytes()));
  }

  /** Returns the block of a page that was added, as {@link CodePage#blockAt} does. */
  Block block(CodePage page, int offset) {
    int before = page.bytes();
    Block block = page.blockAt(offset);
    int after = page.bytes();
    if (after != before) {
      use(after - before);
    }
    return block;
  }

  /**
   * Drops the oldest pages if there is too much code. A quarter goes at once, because the caller
   * has to forget every link to a page when one goes.
   *
   * @return whether a page was dropped
   */
  boolean trim() {
    long limit = budget.limit();
    if (bytes <= limit) {
      return false;
    }
    Iterator<CodePage> oldest = pages.values().iterator();
    long left = bytes;
    while (left > limit - limit / 4 && oldest.hasNext()) {
      left -= oldest.next().bytes();
      oldest.remove();
      evicted.lazySet(evicted.getPlain() + 1);
    }
    use(left - bytes);
    return true;
  }

  /** Drops all pages because they may be out of date; this is no eviction. */
  void clear() {
    pages.clear();
    use(-bytes);
  }

  private void use(long more) {
    bytes += more;
    budget.use(more);
  }

  long bytes() {
    return bytes;
  }

  /** Returns how many pages were dropped for want of room. Any thread; a little behind. */
  long evicted() {
    return evicted.get();
  }
}
