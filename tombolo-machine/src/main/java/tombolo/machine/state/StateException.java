// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

/** Saved state that cannot be written, or was not written by the part that reads it. */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong and where. */
  public StateException(String message) {
    super(message);
  }

  /** Says what is wrong and where, and why. */
  public StateException(String message, Throwable cause) {
    super(message, cause);
  }
}
