// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file for stack traces, in the directory for temporary files, because nobody wants them on a
 * terminal. The first trace makes it. Thread-safe.
 */
public final class FailureLog {
  private static @Nullable Path file; // guarded by the class

  private FailureLog() {}

  /** Adds a failure; returns where to find it, for the end of a message. */
  public static synchronized String add(String what, Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    try {
      Path log = file;
      if (log == null) {
        log = Files.createTempFile("tombolo-", ".log");
        file = log;
      }
      Files.writeString(log, what + "\n" + trace + "\n", StandardOpenOption.APPEND);
      return "details are in " + log;
    } catch (IOException e) {
      return "and its details could not be written: " + e.getMessage();
    }
  }
}
