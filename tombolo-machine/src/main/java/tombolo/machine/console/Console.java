// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.util.Optional;

/**
 * The outside of a VM's serial line: what the guest prints goes out, what a person types comes in.
 * Thread-safe.
 */
public interface Console {
  /** The guest printed a byte. Called by vCPU threads; must not wait for long. */
  void write(byte octet);

  /** The next byte typed for the guest, 0 to 255, or -1 when none is waiting. Never waits. */
  int read();

  /**
   * Says whom to call, on any thread, each time input arrives; the UART raises its interrupt then.
   * One listener at a time, the last one set.
   */
  void onInput(Runnable listener);

  /**
   * The size of the terminal at the outer end, as it is now; empty where there is none. Whether
   * there is one does not change once a device has this console.
   */
  default Optional<ConsoleSize> size() {
    return Optional.empty();
  }

  /**
   * Says whom to call, on any thread, after each change of {@link #size}. One listener at a time,
   * the last one set.
   */
  default void onResize(Runnable listener) {}
}
