// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

/** How a stopped target goes on. */
public sealed interface Resumption {
  /**
   * Forwards.
   *
   * @param stepped the vCPU that executes one instruction and stops then; -1 for none
   * @param others whether the other vCPUs of the VM may go on
   */
  record Forward(int stepped, boolean others) implements Resumption {}

  /**
   * Backwards, to the latest stop before.
   *
   * @param stepped the vCPU whose latest instruction is undone; -1 to go on to a stop
   */
  record Backward(int stepped) implements Resumption {}
}
