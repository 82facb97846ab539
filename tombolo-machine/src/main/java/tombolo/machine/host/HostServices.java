// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

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
 */
public record HostServices(Clock clock, Scheduler scheduler, RandomSource random) {
  private static final HostServices SYSTEM =
      new HostServices(Clock.system(), Scheduler.system(), RandomSource.system());

  /** Returns the host's monotonic clock, platform threads and entropy; always the same object. */
  public static HostServices system() {
    return SYSTEM;
  }
}
