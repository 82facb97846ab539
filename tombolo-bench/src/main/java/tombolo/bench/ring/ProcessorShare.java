// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Measures how much of a processor the calling thread has. Used by one thread. */
final class ProcessorShare {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private long beginNanos;
  private long beginProcessor;
  private double share = 1;

  void begin() {
    beginNanos = System.nanoTime();
    beginProcessor = THREADS.getCurrentThreadCpuTime();
  }

  void end() {
    long processor = THREADS.getCurrentThreadCpuTime() - beginProcessor;
    share = (double) processor / (System.nanoTime() - beginNanos);
  }

  /** Returns the share between the latest begin and end. */
  double share() {
    return share;
  }
}
