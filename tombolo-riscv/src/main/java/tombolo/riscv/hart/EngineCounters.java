// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a {@link Dispatcher} has done with one hart. Written by the hart's thread, read by any, a
 * little behind.
 */
public final class EngineCounters {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int INSTRUCTIONS = 0;
  private static final int WENT_ON = 1;
  private static final int STOPPED = 2;
  private static final int HANDED_OVER = 3;
  private static final int UNFIT = 4;

  // Alone in its cache line, or nearly.
  private final long[] counts = new long[16];

  EngineCounters() {}

  private void add(int which, long more) {
    COUNT.setOpaque(counts, which, counts[which] + more);
  }

  /** Notes a visit to a region. */
  void note(int result, long instructions) {
    add(INSTRUCTIONS, instructions);
    add(WENT_ON + result, 1);
  }

  private long get(int which) {
    return (long) COUNT.getOpaque(counts, which);
  }

  /** Returns the instructions that regions have retired. */
  public long instructions() {
    return get(INSTRUCTIONS);
  }

  /** Returns how often a region was left for other code, or paused. */
  public long left() {
    return get(WENT_ON);
  }

  /** Returns how often an instruction of a region trapped. */
  public long stopped() {
    return get(STOPPED);
  }

  /**
   * Returns how often a region left an instruction to the interpreter: the TLB did not know its
   * page, it was misaligned, it accessed a device, or its result was not what the host computes.
   */
  public long handedOver() {
    return get(HANDED_OVER) + get(UNFIT);
  }
}
