// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import java.io.Serial;

/** An operation was refused; nothing has changed. The message says who wanted what, and why not. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Status status;

  /**
   * Front ends turn it into a status for a guest, whose fault it is: so no stack trace, which would
   * cost more than the operation.
   */
  public RefusedException(Status status, String what) {
    super(what + ": " + status.words(), null, false, false);
    this.status = status;
  }

  /** Why. */
  public Status status() {
    return status;
  }
}
