// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.PrintStream;

/** {@code ./tombolo-bench/run <suite>}: runs one suite of benchmarks, or lists them. */
public final class Main {
  private Main() {}

  /**
   * Runs the suite that the first argument names; exits with 2 where there is none of that name.
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments, System.err));
  }

  private static int run(String[] arguments, PrintStream err) {
    String asked = arguments.length == 0 ? "no suite given" : "no suite " + arguments[0];
    err.println("tombolo-bench: " + asked + "; there are none yet");
    return 2;
  }
}
