// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.guest;

import tombolo.machine.host.Clock;

/**
 * A clock that stands still until it is started. The time of a VM counts from when the VM is made.
 * So all VMs that are made before the start count from the same moment: a time that one guest has
 * read means the same to another guest and, by {@link #ticks}, to Java code.
 *
 * <p>Thread-safe.
 */
public final class CommonClock implements Clock {
  private static final long NANOS_PER_TICK = 100; // time counts at 10 MHz

  private final long origin;
  private volatile boolean started;

  /** Makes a clock that counts from now. */
  public CommonClock() {
    this(System.nanoTime());
  }

  /**
   * Makes a clock that counts from the same moment as that of another process, which on Linux reads
   * the same {@link System#nanoTime}.
   */
  public CommonClock(long origin) {
    this.origin = origin;
  }

  @Override
  public long nanos() {
    return started ? System.nanoTime() : origin;
  }

  /** Lets it run. */
  public void start() {
    started = true;
  }

  /** Returns what a guest would read from {@code time} now. */
  public long ticks() {
    return (nanos() - origin) / NANOS_PER_TICK;
  }

  /** Converts what a guest has read from {@code time} to microseconds. */
  public static double micros(long ticks) {
    return ticks * NANOS_PER_TICK / 1e3;
  }
}
