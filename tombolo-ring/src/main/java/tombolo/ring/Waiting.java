// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/** How the sides of a ring wait for each other. Both sides must be of one opinion. */
public enum Waiting {
  /**
   * Looks again and again, and never sleeps. The fastest where each side has a processor to itself;
   * nobody rings, so a side that sleeps would never be woken.
   */
  SPIN(Long.MAX_VALUE),
  /** Looks for some 20 microseconds, then sleeps until it is rung. */
  SPIN_THEN_BELL(20_000),
  /** Sleeps as soon as there is nothing to do. */
  BELL(0);

  private final long spinNanos;

  Waiting(long spinNanos) {
    this.spinNanos = spinNanos;
  }

  /** How long a side looks before it sleeps. */
  long spinNanos() {
    return spinNanos;
  }

  /** Whether a side rings another one that sleeps. */
  boolean rings() {
    return this != SPIN;
  }
}
