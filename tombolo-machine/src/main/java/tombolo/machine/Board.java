// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.List;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.pci.PciHost;
import tombolo.machine.state.Stateful;

/**
 * The hardware of one VM as an {@link Accelerator} makes it: vCPUs, interrupt controller and the
 * places of the common devices. Owned by its {@link Vm}. Its state is that of its vCPUs, its
 * interrupt controller and its devices; RAM is the VM's.
 */
public interface Board extends Stateful, AutoCloseable {
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
   * Pulses an input of the interrupt controller for some vCPUs alone, and wakes them: an edge,
   * which stays pending until one of them claims it, and which no other vCPU can claim. Several
   * pulses for the same vCPUs that come before a claim are one. {@link #load} forgets it. A line of
   * the same number goes on working beside it. Any thread; waits for nobody. What was stored to
   * guest memory before is visible to the vCPU that takes the interrupt.
   *
   * @param vcpus bit n is the vCPU of index n; at least one, and none that is not there
   * @param number the board's number of the input, as its device tree says
   * @throws IllegalArgumentException if the controller has no such input
   */
  void injectInterrupt(long vcpus, int number);

  /** The PCI bridge; devices can be added to it until the VM boots for the first time. */
  PciHost pci();

  /**
   * Puts kernel, initrd and device tree into guest memory, resets the board's devices, and sets
   * every vCPU to its first instruction. RAM is zero when this is called. Called while no vCPU
   * runs; may be called again, and starts anew then.
   *
   * @throws tombolo.machine.image.ImageException if they don't fit into the guest's memory
   */
  void load(tombolo.machine.image.BootImage image);

  /**
   * Brings the workers of its devices to rest: none is in a step until {@link #resume}. Called
   * while no vCPU runs. Saving and restoring come in between.
   */
  default void pause() {
    pci().pause();
  }

  /** Ends {@link #pause}. */
  default void resume() {
    pci().resume();
  }

  /**
   * Forgets what it keeps only to be fast and can make anew, such as decoded code. Called at the
   * end of a run, while no vCPU runs.
   */
  default void dropCaches() {}

  /** Frees what the accelerator holds. Called once, after every vCPU has ended. */
  @Override
  void close();
}
