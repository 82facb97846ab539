// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Passes a guest's output on, and reports when that fails, so that the VM need not run on. */
final class GuestOutput extends OutputStream {
  private final OutputStream out;
  private final Consumer<IOException> onFailure;

  GuestOutput(OutputStream out, Consumer<IOException> onFailure) {
    this.out = out;
    this.onFailure = onFailure;
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
      onFailure.accept(e);
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      onFailure.accept(e);
      throw e;
    }
  }

  /** Whether the reader has gone, as {@code head} goes when it has had enough. */
  static boolean isClosedPipe(IOException failure) {
    String message = failure.getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains("broken pipe");
  }
}
