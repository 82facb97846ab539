// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * The memory holds no ring that this side can join. The message says which field is wrong, what it
 * is and what it should be. It may yet become one, when the other side has written its part.
 */
public final class InvalidRingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  InvalidRingException(String message) {
    super(message);
  }
}
