// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

/**
 * Something that may fail and is then tried again, once a second; the same trouble is told once.
 * For the bridges' worker.
 */
final class Attempt {
  private static final long RETRY_NANOS = 1_000_000_000;

  private final String what;
  private final Errors errors;
  private boolean tried;
  private long triedAt;
  private String trouble = "";

  /**
   * @param what is tried, for messages: the key of the file behind it
   */
  Attempt(String what, Errors errors) {
    this.what = what;
    this.errors = errors;
  }

  /** Returns whether it is time to try; the caller then does. */
  boolean isDue(long now) {
    if (tried && now - triedAt < RETRY_NANOS) {
      return false;
    }
    tried = true;
    triedAt = now;
    return true;
  }

  void succeeded() {
    errors.over(trouble);
  }

  void failed(RuntimeException why) {
    trouble = "%s: %s; trying again".formatted(what, Errors.describe(why));
    errors.once(trouble);
  }

  /** Lets the next attempt be due at once. */
  void again() {
    tried = false;
  }
}
