// SPDX-License-Identifier: Apache-2.0
package tombolo.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Measures what code allocates, by the JVM's own count. Which objects the compiler does without
 * depends on the JVM's profiles, so tests that measure carry the tag {@link #OWN_JVM}, and the
 * build runs their classes in JVMs that run nothing else.
 */
public final class Allocations {
  /** The tag of tests that need a JVM of their own. */
  public static final String OWN_JVM = "own-jvm";

  private static final int PASSES = 30;

  private Allocations() {}

  /** Something to be done again and again. */
  @FunctionalInterface
  public interface Pass {
    /** Does it once. */
    void run() throws Exception;
  }

  /**
   * Bytes that the calling thread allocates in a pass when the JVM has done with linking and
   * compiling it, for which it allocates, too, and before which it allocates what the compiler then
   * does without. That is the first pass which allocates no more than a bound; what allocates in
   * each pass has none, and then it is the last one's.
   *
   * @param most the bound, far below one object a message
   */
  public static long whenWarm(long most, Pass pass) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int i = 0; i < PASSES && allocated > most; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      pass.run();
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    return allocated;
  }
}
