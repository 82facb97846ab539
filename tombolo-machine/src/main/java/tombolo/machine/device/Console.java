// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

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
}
