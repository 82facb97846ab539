// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.Arrays;
import java.util.Optional;
import tombolo.machine.power.StopReason;

/** Why this side stops a VM, as the words of a {@link StopReason.HostRequest}. */
enum HostStop {
  TIME_OUT("time-out", ExitStatus.TIME_OUT),
  /** The JVM chooses the exit status: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. */
  SIGNAL("interrupted", ExitStatus.GOOD),
  /** Ctrl-A x. */
  KEYBOARD("left by Ctrl-A x", ExitStatus.GOOD),
  OUTPUT_CLOSED("standard output was closed", ExitStatus.OUTPUT_CLOSED),
  OUTPUT_FAILED("standard output can't be written", ExitStatus.OUTPUT_FAILED);

  final String why;
  final int status;

  HostStop(String why, int status) {
    this.why = why;
    this.status = status;
  }

  static Optional<HostStop> of(StopReason.HostRequest request) {
    return Arrays.stream(values()).filter(stop -> stop.why.equals(request.why())).findFirst();
  }
}
