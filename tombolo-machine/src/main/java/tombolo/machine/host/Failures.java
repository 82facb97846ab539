// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * Reports what code of the host has thrown, where nobody is left to whom it could be thrown. Never
 * throws itself: the reason may be that there is no memory, and then there may be none for a
 * description either.
 */
public final class Failures {
  private Failures() {}

  /**
   * Logs a failure with its stack trace, for one that a person learns of in another way.
   *
   * @param where the VM or the part that has failed, with which the message begins
   * @param what what it was about to do
   */
  public static void log(String where, String what, Throwable cause) {
    try {
      logger().log(System.Logger.Level.ERROR, where + ": " + what, cause);
    } catch (Throwable again) {
      // What the caller does next counts for more than the log.
    }
  }

  /** Logs a failure that nobody else reports: a line that says what was thrown, and the trace. */
  public static void report(String where, String what, Throwable cause) {
    try {
      logger().log(System.Logger.Level.ERROR, where + ": " + what + ": " + cause);
    } catch (Throwable again) {
      // As above.
    }
    log(where, what, cause);
  }

  private static System.Logger logger() {
    return System.getLogger(Failures.class.getName());
  }

  /** Tells a worker that its step has thrown; returns whether somebody knows now. */
  static boolean tell(String name, Worker worker, Throwable cause) {
    try {
      return worker.failed(name, cause);
    } catch (Throwable again) {
      return false;
    }
  }
}
