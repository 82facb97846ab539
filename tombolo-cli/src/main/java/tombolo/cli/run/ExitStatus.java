// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import picocli.CommandLine;

/**
 * What the command's exit statuses mean. A guest that reports failure with a code from 1 to 255
 * chooses the status itself, and so may choose one of these; standard error tells them apart.
 */
public final class ExitStatus {
  public static final int GOOD = 0;

  /** The guest reported failure with a code that is no exit status. */
  static final int GUEST_FAILED = 1;

  /** Of {@code doctor}: no VM can run here. */
  public static final int NO_ACCELERATOR = 1;

  /** What a person gave cannot be worked with. */
  public static final int USAGE = CommandLine.ExitCode.USAGE;

  /** A vCPU could not go on. */
  static final int GUEST_FAULT = 70;

  /** A mistake in Tombolo. */
  public static final int INTERNAL = 71;

  /** What the guest printed could not be written. */
  static final int OUTPUT_FAILED = 74;

  /** As timeout(1) has it. */
  static final int TIME_OUT = 124;

  /** As a shell shows the end by SIGPIPE: who read the output has gone. */
  static final int OUTPUT_CLOSED = 141;

  private ExitStatus() {}
}
