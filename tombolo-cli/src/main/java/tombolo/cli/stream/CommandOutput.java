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
  private final PrintWriter writer;
  private @Nullable IOException failure;

  /** Makes an output that goes to a stream, which is never closed. */
  public CommandOutput(OutputStream out) {
    writer = new PrintWriter(new OutputStreamWriter(new Remembering(out), UTF_8));
  }

  /** Returns the writer for the command. */
  public PrintWriter writer() {
    return writer;
  }

  /** Writes what is still here; returns why something could not be written, or null. */
  public @Nullable IOException flush() {
    writer.flush();
    return failure;
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

  private final class Remembering extends OutputStream {
    private final OutputStream out;

    Remembering(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
      try {
        out.write(octets, offset, length);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        }
        throw e;
      }
    }
  }
}
