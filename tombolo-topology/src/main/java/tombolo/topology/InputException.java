// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

/**
 * Something that a person gave cannot be used. The message is one line: the thing, the problem and
 * the remedy.
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
