// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.SplittableRandom;

/**
 * A topology's source of chance: the host's, or a seed's so that a run can be repeated.
 * Thread-safe.
 */
@FunctionalInterface
public interface RandomSource {
  /** Returns 64 uniformly distributed bits. */
  long nextLong();

  /** Returns the host's entropy. */
  static RandomSource system() {
    return new SystemRandom();
  }

  /** Returns the same sequence for the same seed. */
  static RandomSource seeded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return () -> {
      synchronized (random) {
        return random.nextLong();
      }
    };
  }
}
