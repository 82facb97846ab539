// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes output on, reports each failure to do so, and remembers the first one, because whoever
 * printed may have ended before it. Never closes the stream below. Thread-safe.
 */
public final class RememberingOutput extends OutputStream {
  private final OutputStream out;
  private final Consumer<IOException> onFailure;
  private volatile @Nullable IOException failure;

  /**
   * Makes an output that goes to a stream.
   *
   * @param onFailure is told what the stream throws, by the thread that writes
   */
  public RememberingOutput(OutputStream out, Consumer<IOException> onFailure) {
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
      failed(e);
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      failed(e);
      throw e;
    }
  }

  private void failed(IOException e) {
    synchronized (this) {
      failure = failure == null ? e : failure;
    }
    onFailure.accept(e);
  }

  /** Returns the first failure, or null if everything so far could be written. */
  public @Nullable IOException failure() {
    return failure;
  }
}
