// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import org.jspecify.annotations.Nullable;
import tombolo.machine.power.StopReason;

/**
 * What the end of a VM that nobody asked for means to a person.
 *
 * @param status the exit status, 0 if all is well
 * @param line what to say, or null where there is nothing to say
 */
record StopOutcome(int status, @Nullable String line) {
  /**
   * Of a VM that ended by itself.
   *
   * @param name the VM's
   * @throws IllegalArgumentException if the host asked for the end
   */
  static StopOutcome of(String name, StopReason reason) {
    return switch (reason) {
      case StopReason.PowerOff _ -> new StopOutcome(ExitStatus.GOOD, null);
      case StopReason.GuestFailure(int code) when code >= 1 && code <= 255 ->
          new StopOutcome(code, null);
      case StopReason.GuestFailure(int code) ->
          new StopOutcome(
              ExitStatus.GUEST_FAILED,
              "the guest reported failure with code " + code + ", which is no exit status");
      case StopReason.Fault(var fault) ->
          new StopOutcome(ExitStatus.GUEST_FAULT, name + ": " + fault.describe());
      case StopReason.InternalFailure(String where, Throwable cause) ->
          new StopOutcome(
              ExitStatus.INTERNAL,
              "internal error: %s: %s; %s".formatted(where, cause, FailureLog.add(where, cause)));
      case StopReason.ResetRequested _ ->
          throw new IllegalArgumentException("the VM stopped at a reset, which it was to survive");
      case StopReason.HostRequest request -> throw new IllegalArgumentException(request.why());
    };
  }
}
