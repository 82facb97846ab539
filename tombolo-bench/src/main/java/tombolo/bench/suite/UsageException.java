// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

/** Thrown where the arguments make no sense; the message is the line for the user. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }
}
