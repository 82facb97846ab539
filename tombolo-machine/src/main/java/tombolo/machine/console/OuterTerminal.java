// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is a terminal at a console's outer end, how large it is, and who wants to know.
 *
 * <p>Thread-safe. The listener is called without the lock, by who resizes.
 */
final class OuterTerminal {
  // Both guarded by this.
  private @Nullable ConsoleSize size;
  private Runnable listener = () -> {};

  synchronized Optional<ConsoleSize> size() {
    return Optional.ofNullable(size);
  }

  synchronized void onResize(Runnable toCall) {
    listener = toCall;
  }

  void resize(ConsoleSize now) {
    Runnable toCall;
    synchronized (this) {
      size = now;
      toCall = listener;
    }
    toCall.run();
  }
}
