// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes a guest's output on, reports when that fails, so that the VM need not run on, and
 * remembers the first failure, because the guests may have ended before it. Thread-safe.
 */
final class GuestOutput extends OutputStream {
  private final OutputStream out;
  private final Consumer<IOException> onFailure;
  private volatile @Nullable IOException failure;

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
  @Nullable IOException failure() {
    return failure;
  }
}
