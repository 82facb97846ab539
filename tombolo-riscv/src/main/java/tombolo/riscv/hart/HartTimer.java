// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.machine.host.Clock;

/**
 * The {@code time} counter and Sstc's comparator of one hart. There is no timer thread: the hart
 * looks at the clock every few thousand instructions, and a waiting hart waits no longer than until
 * its deadline. Used by the hart's thread only.
 */
public final class HartTimer {
  /** Frequency of {@code time}: 10 MHz, as on QEMU's board. */
  public static final int FREQUENCY = 10_000_000;

  private static final long NANOS_PER_TICK = 1_000_000_000 / FREQUENCY;

  private final Hart hart;
  private final Clock clock;
  private final long origin;

  public HartTimer(Hart hart, Clock clock, long origin) {
    this.hart = hart;
    this.clock = clock;
    this.origin = origin;
  }

  /** The {@code time} counter. */
  long now() {
    return (clock.nanos() - origin) / NANOS_PER_TICK;
  }

  /** Sets STIP to what clock and comparator say. */
  public void look() {
    hart.timerPending = hart.stimecmp != -1 && Long.compareUnsigned(now(), hart.stimecmp) >= 0;
  }

  /**
   * Nanoseconds until the timer interrupt; 0 if it is due, Long.MAX_VALUE if it is too far to
   * matter.
   */
  public long nanosLeft() {
    long ticks = hart.stimecmp - now();
    if (hart.stimecmp < 0 || ticks > Long.MAX_VALUE / NANOS_PER_TICK) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, ticks) * NANOS_PER_TICK;
  }
}
