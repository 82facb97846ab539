// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.machine.host.Clock;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The {@code time} counter and Sstc's comparator of one hart. There is no timer thread: the hart
 * looks at the clock every few thousand instructions, and a waiting hart waits no longer than until
 * its deadline. Used by the hart's thread only.
 */
public final class HartTimer implements Stateful {
  /** Frequency of {@code time}: 10 MHz, as on QEMU's board. */
  public static final int FREQUENCY = 10_000_000;

  private static final long NANOS_PER_TICK = 1_000_000_000 / FREQUENCY;

  private final Hart hart;
  private final Clock clock;

  /** When {@code time} was 0, by the clock. */
  private long origin;

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
   * Returns the clock's time at which the timer interrupt is due; Long.MAX_VALUE if that is too far
   * to matter.
   */
  public long deadlineNanos() {
    long most = (Long.MAX_VALUE - Math.max(0, origin)) / NANOS_PER_TICK;
    return hart.stimecmp < 0 || hart.stimecmp >= most
        ? Long.MAX_VALUE
        : origin + hart.stimecmp * NANOS_PER_TICK;
  }

  @Override
  public void save(StateWriter out) {
    out.number(clock.nanos() - origin);
  }

  /** Goes on where the saved timer was: {@code time} does not count what passed meanwhile. */
  @Override
  public void restore(StateReader in) {
    origin = clock.nanos() - in.int64();
  }
}
