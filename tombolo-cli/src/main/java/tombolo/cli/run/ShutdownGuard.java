// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ends a run when the JVM shuts down, because of Ctrl-C or another signal: requests the end, and
 * holds the shutdown up until the command has cleaned up and reported, because the JVM halts when
 * its hooks have returned.
 *
 * <p>Used by the command's thread. Faces the host: the hook is a thread that the JVM starts.
 */
final class ShutdownGuard {
  private static final long PATIENCE_SECONDS = 10;

  private final Runnable stop;
  private final Consumer<String> say;
  private final Thread hook;
  private final CountDownLatch reported = new CountDownLatch(1);

  /**
   * @param stop requests the end; must not wait for it
   * @param say takes a line for the person
   */
  ShutdownGuard(Runnable stop, Consumer<String> say) {
    this.stop = stop;
    this.say = say;
    this.hook = new Thread(this::shutDown, "tombolo/shutdown");
  }

  /** Has a shutdown request the end and wait for it, from now on. */
  void arm() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Takes the hook out again; does nothing if the JVM is shutting down already. */
  void disarm() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Shutting down.
    }
  }

  /** Lets the shutdown go on: everything is cleaned up and reported. */
  void reported() {
    reported.countDown();
  }

  private void shutDown() {
    stop.run();
    try {
      if (!reported.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        say.accept("nobody reads the output; the rest of it is lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
