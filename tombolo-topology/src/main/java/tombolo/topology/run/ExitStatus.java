// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

/**
 * What exit statuses mean. A guest that reports failure with a code from 1 to 255 chooses the
 * status itself, and so may choose one of these; the messages tell them apart.
 */
public final class ExitStatus {
  /** Every guest powered off. */
  public static final int GOOD = 0;

  /** The guest reported failure with a code that is no exit status. */
  public static final int GUEST_FAILED = 1;

  /** A person gave something that cannot be used. */
  public static final int USAGE = 2;

  /** A vCPU could not go on. */
  public static final int GUEST_FAULT = 70;

  /** A mistake in Tombolo. */
  public static final int INTERNAL = 71;

  /** A guest's output could not be written. */
  public static final int OUTPUT_FAILED = 74;

  /** The time was over, as timeout(1) reports it. */
  public static final int TIME_OUT = 124;

  /** The reader of the output has gone, as a shell reports the end by SIGPIPE. */
  public static final int OUTPUT_CLOSED = 141;

  private ExitStatus() {}
}
