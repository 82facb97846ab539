// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.power;

import tombolo.machine.Vm;

/** The reason for which a VM's run came to an end. */
public sealed interface StopReason {
  /** The guest powered off without a failure: the exit status is 0. */
  record PowerOff() implements StopReason {
    @Override
    public String describe() {
      return "the guest powered off";
    }
  }

  /**
   * The guest reported failure with a code of its own.
   *
   * @param code 0 to 65535, as the guest wrote it
   */
  record GuestFailure(int code) implements StopReason {
    @Override
    public String describe() {
      return "the guest reported failure, code " + code;
    }
  }

  /** The guest asked for a reset; the VM's owner decides whether it happens. */
  record ResetRequested() implements StopReason {
    @Override
    public String describe() {
      return "the guest asked for a reset";
    }
  }

  /** A vCPU could not go on. */
  record Fault(GuestFault fault) implements StopReason {
    @Override
    public String describe() {
      return fault.describe();
    }
  }

  /** The host asked for the end: {@link Vm#stop()}, a time-out, Ctrl-C. */
  record HostRequest(String why) implements StopReason {
    @Override
    public String describe() {
      return why;
    }
  }

  /**
   * A device, a hypercall handler or the accelerator threw an exception: a mistake in the host's
   * code, not the guest's. Other VMs live on.
   *
   * @param where what went on at that time
   * @param cause what was thrown
   */
  record InternalFailure(String where, Throwable cause) implements StopReason {
    @Override
    public String describe() {
      return "internal error: " + where + ": " + cause;
    }
  }

  /** Describes the reason for a person, in one line. */
  String describe();
}
