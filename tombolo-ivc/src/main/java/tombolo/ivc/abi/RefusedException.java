// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import java.io.Serial;

/** Thrown where an operation is refused; nothing has changed. Says who wanted what, and why not. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Status status;

  /**
   * Makes an exception without a stack trace, which would cost more than the operation: front ends
   * turn it into a status for the guest.
   */
  public RefusedException(Status status, String what) {
    super(what + ": " + status.words(), null, false, false);
    this.status = status;
  }

  /** Returns why. */
  public Status status() {
    return status;
  }
}
