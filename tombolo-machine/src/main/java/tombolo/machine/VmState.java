// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/**
 * Where a {@link Vm} is in its life.
 *
 * <pre>
 *   LOADING ─► LOADED ─boot─► RUNNING ◄─resume/suspend─► SUSPENDED
 *      ▲          │             │                            │
 *      │        stop          stop, power off, fault       stop
 *      │          ▼             ▼                            │
 *      │       STOPPED ◄──── STOPPING ◄──────────────────────┘
 *      └─boot─────┘ └────reset──┘ (to LOADING)
 * </pre>
 */
public enum VmState {
  /** Kernel, initial RAM disk and device tree are put into the guest's memory. */
  LOADING,
  /** The first instruction is the next one. */
  LOADED,
  /** vCPUs run guest code. */
  RUNNING,
  /** Every vCPU is outside guest code, and devices rest; memory and devices stay as they are. */
  SUSPENDED,
  /** vCPUs are on their way out of guest code, for a stop or for a reset. */
  STOPPING,
  /** No vCPU runs any more; the VM can be booted again unless it was closed. */
  STOPPED
}
