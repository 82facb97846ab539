// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

/**
 * What a person gave cannot be worked with. The message is one line: what is wrong, where, and what
 * to do.
 */
final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }
}
