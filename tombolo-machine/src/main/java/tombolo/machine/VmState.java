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
  /** vCPU threads run guest code. */
  RUNNING,
  /** Every vCPU thread is parked outside guest code; memory and devices stay as they are. */
  SUSPENDED,
  /** vCPU threads are on their way out of guest code, for a stop or for a reset. */
  STOPPING,
  /** No vCPU thread is left; the VM can be booted again unless it was closed. */
  STOPPED
}
