// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tombolo.bench.BenchmarkException;

/** Waits for the other end to be there. */
final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Patience() {}

  /** Something that may not be there yet. */
  @FunctionalInterface
  interface Attempt<T> {
    /** It, or null. */
    @Nullable T get() throws IOException;
  }

  /**
   * Asks again and again.
   *
   * @throws BenchmarkException if it is not there in time
   */
  static <T> T until(String what, Attempt<T> attempt) {
    long end = System.nanoTime() + LIMIT.toNanos();
    try {
      while (true) {
        T found = attempt.get();
        if (found != null) {
          return found;
        }
        if (System.nanoTime() - end > 0) {
          throw new BenchmarkException(what + " is not there within " + LIMIT.toSeconds() + " s");
        }
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      throw new BenchmarkException(what + ": " + e);
    }
  }
}
