// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a command prints on standard output, and whether all of it got there. A {@link PrintWriter}
 * keeps a failure to itself; this remembers the first one. Text is UTF-8 in every locale.
 *
 * <p>For the command's thread.
 */
public final class CommandOutput {
  private final RememberingOutput stream;
  private final PrintWriter writer;

  /** Makes an output that goes to a stream, which is never closed. */
  public CommandOutput(OutputStream out) {
    stream = new RememberingOutput(out, _ -> {});
    writer = new PrintWriter(new OutputStreamWriter(stream, UTF_8));
  }

  /** Returns the writer for the command. */
  public PrintWriter writer() {
    return writer;
  }

  /** Writes what is still here; returns why something could not be written, or null. */
  public @Nullable IOException flush() {
    writer.flush();
    return stream.failure();
  }

  /** Returns whether the reader has gone, as {@code head} goes when it has had enough. */
  public static boolean isClosedPipe(IOException failure) {
    String message = failure.getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains("broken pipe");
  }

  /** Returns a failure in words: what could not be written, and why. */
  public static String describe(IOException failure) {
    return "standard output can't be written: " + failure.getMessage();
  }
}
