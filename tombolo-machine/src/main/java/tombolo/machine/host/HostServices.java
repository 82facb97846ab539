// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.time.Instant;

/**
 * What a topology takes from its host: time, threads and chance. Whoever makes VMs and channels
 * chooses one and hands it to all of them; nothing below takes the host's own behind its back. So a
 * whole topology can run on one thread, in virtual time, from one seed ({@link SteppedHost}).
 *
 * <p>Immutable; its parts are thread-safe.
 *
 * @param clock the topology's time
 * @param scheduler runs its workers
 * @param random its source of chance
 * @param mishaps what goes wrong on purpose
 */
public record HostServices(Clock clock, Scheduler scheduler, RandomSource random, Mishaps mishaps) {
  private static final HostServices SYSTEM =
      new HostServices(Clock.system(), Scheduler.system(), RandomSource.system());

  /** Makes services with which nothing goes wrong on purpose. */
  public HostServices(Clock clock, Scheduler scheduler, RandomSource random) {
    this(clock, scheduler, random, Mishaps.NONE);
  }

  /** Returns the host's monotonic clock, platform threads and entropy; always the same object. */
  public static HostServices system() {
    return SYSTEM;
  }

  /**
   * Returns the same services on whose clock it is now this date.
   *
   * @param date from 1970 to 2261
   * @throws ArithmeticException if the date is out of range
   */
  public HostServices startingAt(Instant date) {
    return new HostServices(clock.startingAt(date), scheduler, random, mishaps);
  }
}
