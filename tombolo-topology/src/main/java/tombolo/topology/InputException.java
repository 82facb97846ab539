// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

/**
 * What a person gave cannot be worked with. The message is one line: what is wrong, where, and what
 * to do.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message one line
   */
  public InputException(String message) {
    super(message);
  }
}
