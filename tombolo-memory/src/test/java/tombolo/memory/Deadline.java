// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for an event that must happen. Fails after a minute and does not hang. */
final class Deadline {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Deadline() {}

  @SuppressWarnings("ThreadPriorityCheck") // yields, because there may be fewer CPUs than threads
  static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new AssertionError("did not happen within " + LIMIT + ": " + what);
      }
      Thread.yield();
    }
  }

  static void join(Thread thread) {
    try {
      if (!thread.join(LIMIT)) {
        throw new AssertionError("did not end within " + LIMIT + ": " + thread.getName());
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
