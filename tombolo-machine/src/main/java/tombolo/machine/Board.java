// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.List;

/**
 * The hardware of one VM as an {@link Accelerator} makes it: vCPUs, interrupt controller and the
 * places of the common devices. Owned by its {@link Vm}.
 */
public interface Board extends AutoCloseable {
  /** The vCPUs by index; always the same objects. */
  List<? extends Vcpu> vcpus();

  /**
   * The wire into the interrupt controller.
   *
   * @param number the board's number of it, as its device tree says
   * @throws IllegalArgumentException if the controller has no such input
   */
  InterruptLine interruptLine(int number);

  /**
   * Puts kernel, initrd and device tree into guest memory, resets the board's devices, and sets
   * every vCPU to its first instruction. RAM is zero when this is called. Called while no vCPU
   * runs; may be called again, and starts anew then.
   *
   * @throws tombolo.machine.image.ImageException if they don't fit into the guest's memory
   */
  void load(tombolo.machine.image.BootImage image);

  /** Frees what the accelerator holds. Called once, after every vCPU thread has ended. */
  @Override
  void close();
}
