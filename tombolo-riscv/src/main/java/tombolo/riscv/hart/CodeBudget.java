// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of the Java heap that the decoded code of several harts may take: of all harts of the
 * process, in {@link #ofProcess}. Each hart gets the same share and drops its own oldest code when
 * it has more. So no guest can fill the heap, nor take code from another VM's harts.
 *
 * <p>A guest cannot tell whether its code was dropped, if it executes fence.i after it has changed
 * code. Of two runs of another guest, which sees old or new code as chance has it, both see the
 * same as long as their harts have the same share: what a hart drops depends on its own code and
 * its share alone.
 *
 * <p>The share shrinks when VMs are added. A hart that sleeps since then may hold more than its
 * share. While all harts together hold too much, those that run content themselves with {@link
 * #LEAST}. So the bound is the budget, or LEAST for each hart if this is more.
 *
 * <p>Thread-safe.
 */
public final class CodeBudget {
  /** The most bytes for a hart, however large the heap is. */
  public static final long MOST = 64L << 20;

  /** The bytes for a hart, however many there are: enough to run, if not to run fast. */
  public static final long LEAST = 1L << 20;

  /** The part of the heap that decoded code may take: one in so many bytes. */
  private static final int PART_OF_HEAP = 4;

  private static final CodeBudget PROCESS =
      new CodeBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);

  private final long bytes;
  private final AtomicLong used = new AtomicLong();

  private int harts; // guarded by this
  private volatile long share;

  /** Makes a budget of its own, for harts that are not to share the process's. */
  public CodeBudget(long bytes) {
    this.bytes = bytes;
    this.share = shareOf(1);
  }

  /** Returns the budget that the harts of this process share: a quarter of the Java heap. */
  public static CodeBudget ofProcess() {
    return PROCESS;
  }

  /** Adds harts, so that the others' share becomes less. */
  public void join(int number) {
    change(number);
  }

  /** Removes harts that have joined. They have no code any more. */
  public void leave(int number) {
    change(-number);
  }

  private synchronized void change(int number) {
    harts += number;
    share = shareOf(harts);
  }

  /** An eighth is left over, for what harts may have above their share when they drop code. */
  private long shareOf(int number) {
    return Math.clamp((bytes - bytes / 8) / Math.max(number, 1), LEAST, MOST);
  }

  /** Returns the bytes that a hart may hold now. */
  long limit() {
    return used.get() > bytes ? LEAST : share;
  }

  /** Notes that a hart holds more bytes than before, or fewer if the number is negative. */
  void use(long more) {
    used.addAndGet(more);
  }

  /** Returns the bytes that all harts hold. */
  public long used() {
    return used.get();
  }
}
