// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

/** What was to be measured did not work, so there is no number; the message is the line to say. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BenchmarkException(String message) {
    super(message);
  }
}
