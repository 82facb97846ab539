// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/**
 * Who wants to know of a VM's changes of state.
 *
 * <p>Called once for each change, in their order, one call at a time, on any thread, without a
 * lock. By then the VM may have gone on. A listener returns soon: a VM's stop waits for it. It may
 * call {@link Vm#stop()}, but nothing else that changes the VM's state.
 */
@FunctionalInterface
public interface VmListener {
  /** The VM has come to this state. */
  void stateChanged(VmState state);
}
