// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/**
 * One virtual processor of a {@link Board}.
 *
 * <p>Everything but {@link #kick()} and {@link #retiredInstructions()} is called only by the thread
 * that runs the vCPU, or by the VM while no thread runs it. {@link #run()} holds no lock.
 */
public interface Vcpu {
  /** Its number in the VM, from 0. */
  int index();

  /**
   * Runs guest code on the calling thread until something needs the VM. Waits inside while the
   * guest waits for an interrupt or the vCPU is not started; such a vCPU burns no CPU.
   */
  VcpuExit run();

  /**
   * Completes the last {@link VcpuExit.MmioRead} or {@link VcpuExit.PortRead}.
   *
   * @param value the bytes read, little-endian; bits above the exit's size are ignored
   */
  void completeRead(long value);

  /**
   * Gives the guest its architecture's error for the last MMIO exit: nothing answers there, or it
   * is a store to memory that may only be read.
   */
  void rejectAccess();

  /**
   * An argument of the last {@link VcpuExit.Hypercall}.
   *
   * @param number 0 to 5
   */
  long hypercallArgument(int number);

  /** Completes the last {@link VcpuExit.Hypercall}. */
  void completeHypercall(long result);

  /**
   * Makes {@link #run()} come back soon with {@link VcpuExit.Kicked}, whatever the guest does or
   * waits for; if the vCPU is not in run(), its next run() comes back at once. Any thread; never
   * lost; several kicks may give one exit.
   */
  void kick();

  /**
   * Instructions retired since the board was made; exact at every exit, a little behind meanwhile.
   * Any thread.
   */
  long retiredInstructions();
}
