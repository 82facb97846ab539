// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Measures how much of a processor the calling thread has. Used by one thread. */
public final class ProcessorShare {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private long beginNanos;
  private long beginProcessor;
  private double share = 1;

  public void begin() {
    beginNanos = System.nanoTime();
    beginProcessor = THREADS.getCurrentThreadCpuTime();
  }

  public void end() {
    long processor = THREADS.getCurrentThreadCpuTime() - beginProcessor;
    share = (double) processor / (System.nanoTime() - beginNanos);
  }

  /** Returns the share between the latest begin and end. */
  public double share() {
    return share;
  }
}
