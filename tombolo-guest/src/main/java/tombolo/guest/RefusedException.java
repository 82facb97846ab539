// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.Serial;

/** Thrown if the host refuses a request; nothing has changed. Its message says what and why. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Status status;

  RefusedException(Status status, String what) {
    super(what + ": " + status.words());
    this.status = status;
  }

  /** Returns why. */
  public Status status() {
    return status;
  }
}
