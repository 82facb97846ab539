// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

/** What a person asked for makes no sense; the message is the one line to say. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }
}
