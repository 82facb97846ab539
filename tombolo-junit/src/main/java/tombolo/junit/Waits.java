// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.time.Duration;
import java.util.Locale;

/** Puts into words how long a test has waited. */
final class Waits {
  private Waits() {}

  static String within(Duration limit) {
    String seconds = String.format(Locale.ROOT, "%.3f", limit.toNanos() / 1e9);
    return "within " + seconds.replaceFirst("\\.?0+$", "") + " s";
  }
}
