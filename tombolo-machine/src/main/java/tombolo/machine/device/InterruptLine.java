// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/**
 * One level-triggered wire from a device into a VM's interrupt controller.
 *
 * <p>Thread-safe: devices raise and lower it from any thread. A line is level: raising a raised
 * line changes nothing. What was stored to guest memory before {@link #raise()} is visible to the
 * vCPU that takes the interrupt.
 */
public interface InterruptLine {
  /** Asserts the line, and wakes the vCPU that it is routed to. */
  void raise();

  /** Ends the assertion. An interrupt that was claimed already stays claimed. */
  void lower();

  /** Raises or lowers the line. */
  default void set(boolean level) {
    if (level) {
      raise();
    } else {
      lower();
    }
  }
}
