// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.power;

/**
 * Ends or resets a VM, for its devices. Any thread; the first reason wins, and the call returns at
 * once.
 */
@FunctionalInterface
public interface PowerControl {
  /** Asks every vCPU to stop, for this reason. */
  void request(StopReason reason);
}
