// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** Why a VM's run came to an end. */
public sealed interface StopReason {
  /** The guest powered off by itself, well: the exit status is 0. */
  record PowerOff() implements StopReason {}

  /**
   * The guest reported failure with a code of its own.
   *
   * @param code 0 to 65535, as the guest wrote it
   */
  record GuestFailure(int code) implements StopReason {}

  /** The guest asked for a reset; the VM's owner decides whether it happens. */
  record ResetRequested() implements StopReason {}

  /** A vCPU could not go on. */
  record Fault(GuestFault fault) implements StopReason {}

  /** The host asked: {@link Vm#stop()}, a time-out, Ctrl-C. */
  record HostRequest(String why) implements StopReason {}
}
