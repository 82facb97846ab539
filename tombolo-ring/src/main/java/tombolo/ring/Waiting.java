// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/** The way in which the sides of a ring wait for each other. Both sides must use the same mode. */
public enum Waiting {
  /**
   * Looks again and again, and never sleeps. This is the fastest mode if each side has a processor
   * to itself. Nobody rings, so a sleeping side would never be woken.
   */
  SPIN(Long.MAX_VALUE),
  /** Looks for about 20 microseconds, then sleeps until it is rung. */
  SPIN_THEN_BELL(20_000),
  /** Sleeps as soon as there is nothing to do. */
  BELL(0);

  private final long spinNanos;

  Waiting(long spinNanos) {
    this.spinNanos = spinNanos;
  }

  /** Returns how long a side looks before it sleeps, in nanoseconds. */
  long spinNanos() {
    return spinNanos;
  }

  /** Returns whether a side rings another one that sleeps. */
  boolean rings() {
    return this != SPIN;
  }
}
