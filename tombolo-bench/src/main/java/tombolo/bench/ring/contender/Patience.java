// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tombolo.bench.suite.BenchmarkException;

/** Waits for the other end to appear. */
public final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Patience() {}

  /** A look for something that may not be there yet. */
  @FunctionalInterface
  public interface Attempt<T> {
    /** Returns it, or null if it is not there yet. */
    @Nullable T get() throws IOException;
  }

  /**
   * Looks repeatedly.
   *
   * @throws BenchmarkException if it is not there in time
   */
  public static <T> T until(String what, Attempt<T> attempt) {
    long end = System.nanoTime() + LIMIT.toNanos();
    try {
      while (true) {
        T found = attempt.get();
        if (found != null) {
          return found;
        }
        if (System.nanoTime() - end > 0) {
          throw new BenchmarkException(what + " did not appear within " + LIMIT.toSeconds() + " s");
        }
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      throw new BenchmarkException(what + ": " + e);
    }
  }
}
