// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.nio.channels.spi.SelectorProvider;
import tombolo.machine.host.HostServices;
import tombolo.memory.HostMemory;

/**
 * Has the JVM load what every run needs, on a thread of its own, while the command line is read:
 * calls of the C library, the host's entropy, its sockets. That is a third of the way to a guest's
 * first instruction.
 *
 * <p>Nothing depends on it but the time. What fails here fails again where it is needed, and is
 * reported there.
 */
public final class HeadStart {
  private HeadStart() {}

  /** Begins, and does not wait. */
  public static void begin(HostServices services) {
    Thread.ofPlatform().daemon(true).name("tombolo/head-start").start(() -> load(services));
  }

  private static void load(HostServices services) {
    try {
      HostMemory.allocate(HostMemory.PAGE_SIZE).close();
      long _ = services.random().nextLong();
      SelectorProvider _ = SelectorProvider.provider();
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }
}
