// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

/** Thrown where something that was to be measured did not work; the message is for the user. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BenchmarkException(String message) {
    super(message);
  }
}
