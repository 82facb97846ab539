// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.power.GuestFault;
import tombolo.machine.power.StopReason;

/**
 * Why {@link Vcpu#run} came back. Whoever called it acts on the exit, completes it where it says
 * so, and runs the vCPU again.
 *
 * <p>Sizes are 1, 2, 4 or 8 bytes; values are zero-extended little-endian.
 */
public sealed interface VcpuExit {
  /**
   * A load from a guest physical address without memory; complete with {@link Vcpu#completeRead} or
   * {@link Vcpu#rejectAccess}.
   */
  record MmioRead(long gpa, int size) implements VcpuExit {}

  /**
   * A store to a guest physical address without writable memory; running on accepts it, {@link
   * Vcpu#rejectAccess} faults it.
   */
  record MmioWrite(long gpa, int size, long value) implements VcpuExit {}

  /**
   * An access that memory alone can answer (an atomic or a misaligned one, or an update of a page
   * table), where there is none that allows it; complete with {@link Vcpu#rejectAccess}.
   */
  record MmioRefused(long gpa, int size, boolean store) implements VcpuExit {}

  /** An x86 port read; complete with {@link Vcpu#completeRead}. */
  record PortRead(int port, int size) implements VcpuExit {}

  /** An x86 port write. */
  record PortWrite(int port, int size, long value) implements VcpuExit {}

  /**
   * A hypercall that the firmware of the accelerator does not answer itself; complete with {@link
   * Vcpu#completeHypercall}. Arguments by {@link Vcpu#hypercallArgument}.
   */
  record Hypercall(long code) implements VcpuExit {}

  /** The budget of {@link Vcpu#run} is used up; nothing is to be done. */
  record BudgetUsed() implements VcpuExit {}

  /**
   * What watches the vCPU's accesses to shared memory wants other workers to run before the next
   * one; nothing is to be done.
   */
  record Preempted() implements VcpuExit {}

  /**
   * The guest waits for an interrupt, or the vCPU is not started. Running it is of no use until its
   * waker is called ({@link Vcpu#onWake}) or this time has come, and does no harm before.
   *
   * @param untilNanos nanoseconds of the VM's clock; Long.MAX_VALUE = until it is woken
   */
  record Waiting(long untilNanos) implements VcpuExit {}

  /** {@link Vcpu#kick()} was called: the owner looks at the VM's state and decides. */
  record Kicked() implements VcpuExit {}

  /** The guest asked for the end of its VM, or for a reset. */
  record SystemEvent(StopReason reason) implements VcpuExit {}

  /** The vCPU can't go on; the report says where it stood. The VM stops. */
  record Stuck(GuestFault fault) implements VcpuExit {}
}
