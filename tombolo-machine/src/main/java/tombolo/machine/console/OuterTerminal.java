// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The terminal at a console's outer end, if there is one: its size, and who wants to know of it.
 *
 * <p>Thread-safe. The thread that resizes calls the listener, without the lock.
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
