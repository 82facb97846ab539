// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The outside of a VM's serial line: what the guest prints goes out, what a person types comes in.
 * Thread-safe.
 */
public interface Console {
  /**
   * Prints a byte for the guest. Called by workers, vCPUs among them. Waits only where there is no
   * {@link #room}.
   */
  void write(byte octet);

  /**
   * Returns how many bytes {@link #write} takes now without waiting. Fewer, if somebody else prints
   * meanwhile.
   */
  default int room() {
    return Integer.MAX_VALUE;
  }

  /**
   * Sets whom to call, on any thread, when there is room again after there was none. One listener
   * at a time, the last one set. Whoever finds no room looks again after it has decided to wait.
   */
  default void onRoom(Runnable listener) {}

  /** Returns the next byte typed for the guest, 0 to 255, or -1 if there is none. Never waits. */
  int read();

  /**
   * Sets whom to call, on any thread, each time input arrives; the UART raises its interrupt then.
   * One listener at a time, the last one set.
   */
  void onInput(Runnable listener);

  /**
   * Returns the present size of the terminal at the outer end; empty if there is none. Whether
   * there is one does not change once a device has this console.
   */
  default Optional<ConsoleSize> size() {
    return Optional.empty();
  }

  /**
   * Sets whom to call, on any thread, after each change of {@link #size}. One listener at a time,
   * the last one set.
   */
  default void onResize(Runnable listener) {}

  /**
   * Sets whom to tell, on any thread, when code of the host that serves this console has failed, an
   * OutOfMemoryError included: the VM ends then. A stream that cannot be written is no such
   * failure. One listener at a time, the last one set.
   */
  default void onFailure(Consumer<Throwable> listener) {}
}
