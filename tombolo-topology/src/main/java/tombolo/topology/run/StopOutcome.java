// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.Optional;
import tombolo.machine.power.StopReason;

/**
 * How a VM ended by itself.
 *
 * @param vm its name
 * @param reason why; no {@link StopReason.HostRequest}
 */
public record StopOutcome(String vm, StopReason reason) {
  private static final int MOST_STATUS = 255;

  /**
   * Checks the reason.
   *
   * @throws IllegalArgumentException if the host asked for the end
   */
  public StopOutcome {
    if (reason instanceof StopReason.HostRequest) {
      throw new IllegalArgumentException(vm + ": the host asked for the end");
    }
  }

  /** Returns the exit status; 0 if the guest powered off. */
  public int status() {
    return switch (reason) {
      case StopReason.PowerOff _ -> ExitStatus.GOOD;
      case StopReason.GuestFailure(int code) when isStatus(code) -> code;
      case StopReason.GuestFailure _ -> ExitStatus.GUEST_FAILED;
      case StopReason.Fault _ -> ExitStatus.GUEST_FAULT;
      default -> ExitStatus.INTERNAL;
    };
  }

  /** Returns a line for a person where the status alone does not tell what happened. */
  public Optional<String> line() {
    return switch (reason) {
      case StopReason.PowerOff _ -> Optional.empty();
      case StopReason.GuestFailure(int code) when isStatus(code) -> Optional.empty();
      case StopReason.GuestFailure(int code) ->
          Optional.of("the guest reported failure with code " + code + ", which is no exit status");
      case StopReason.Fault(var fault) -> Optional.of(vm + ": " + fault.describe());
      default -> Optional.of(reason.describe());
    };
  }

  private static boolean isStatus(int code) {
    return code >= 1 && code <= MOST_STATUS;
  }
}
