// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

/**
 * An image that can't be booted; the message is one line that says what is wrong, where, and what
 * to do.
 */
public final class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One line for a person. */
  public ImageException(String message) {
    super(message);
  }
}
