// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a command that runs VMs does when the JVM shuts down, for Ctrl-C or another signal: it asks
 * for the end, and holds the shutdown up until the command has cleaned up and said so, because the
 * JVM halts when its hooks have returned.
 *
 * <p>Used by the command's thread; the hook runs on one of the JVM's.
 */
final class ShutdownGuard {
  private static final long PATIENCE_SECONDS = 10;

  private final Runnable stop;
  private final Consumer<String> say;
  private final Thread hook;
  private final CountDownLatch reported = new CountDownLatch(1);

  /**
   * @param stop asks for the end; must not wait for it
   * @param say takes a line for the person
   */
  ShutdownGuard(Runnable stop, Consumer<String> say) {
    this.stop = stop;
    this.say = say;
    this.hook = new Thread(this::shutDown, "tombolo/shutdown");
  }

  /** From now on the shutdown asks for the end and waits for it. */
  void arm() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The end has come by itself. Not where the hook is at work already: then it waits for us. */
  void disarm() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Shutting down.
    }
  }

  /** All is cleaned up and said. */
  void reported() {
    reported.countDown();
  }

  private void shutDown() {
    stop.run();
    try {
      if (!reported.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        say.accept("nobody takes the output; what is left of it is lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
