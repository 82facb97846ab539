// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.security.SecureRandom;

/** The host's entropy. Many runs never ask for it, so it is opened when they do. Thread-safe. */
final class SystemRandom implements RandomSource {
  private static final class Opened {
    static final SecureRandom RANDOM = new SecureRandom();
  }

  @Override
  public long nextLong() {
    return Opened.RANDOM.nextLong();
  }
}
