// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.power;

/**
 * How a device ends or resets its VM. Any thread; the first reason wins, and the call returns at
 * once.
 */
@FunctionalInterface
public interface PowerControl {
  /** Asks that every vCPU stop, for this reason. */
  void request(StopReason reason);
}
