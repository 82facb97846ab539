// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** The kinds of {@link VcpuExit}, to count them by. */
public enum ExitKind {
  /** {@link VcpuExit.MmioRead}. */
  MMIO_READ(0),
  /** {@link VcpuExit.MmioWrite}. */
  MMIO_WRITE(1),
  /** {@link VcpuExit.PortRead}. */
  PORT_READ(2),
  /** {@link VcpuExit.PortWrite}. */
  PORT_WRITE(3),
  /** {@link VcpuExit.Hypercall}. */
  HYPERCALL(4),
  /** {@link VcpuExit.Kicked}. */
  KICKED(5),
  /** {@link VcpuExit.SystemEvent}. */
  SYSTEM_EVENT(6),
  /** {@link VcpuExit.Stuck}. */
  STUCK(7),
  /** {@link VcpuExit.MmioRefused}. */
  MMIO_REFUSED(8),
  /** {@link VcpuExit.Waiting}. */
  WAITING(9),
  /** {@link VcpuExit.BudgetUsed}, which is not counted: it comes from the host's scheduler. */
  BUDGET_USED(10),
  /** {@link VcpuExit.Preempted}, which is not counted, for the same reason. */
  PREEMPTED(11);

  /** Its place in a row of counters. */
  final int counter;

  ExitKind(int counter) {
    this.counter = counter;
  }

  /** The kind of an exit. */
  public static ExitKind of(VcpuExit exit) {
    return switch (exit) {
      case VcpuExit.MmioRead _ -> MMIO_READ;
      case VcpuExit.MmioWrite _ -> MMIO_WRITE;
      case VcpuExit.PortRead _ -> PORT_READ;
      case VcpuExit.PortWrite _ -> PORT_WRITE;
      case VcpuExit.Hypercall _ -> HYPERCALL;
      case VcpuExit.Kicked _ -> KICKED;
      case VcpuExit.SystemEvent _ -> SYSTEM_EVENT;
      case VcpuExit.Stuck _ -> STUCK;
      case VcpuExit.MmioRefused _ -> MMIO_REFUSED;
      case VcpuExit.Waiting _ -> WAITING;
      case VcpuExit.BudgetUsed _ -> BUDGET_USED;
      case VcpuExit.Preempted _ -> PREEMPTED;
    };
  }
}
