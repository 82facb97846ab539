// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;

/**
 * Writes all bytes to a descriptor that may be non-blocking. Whoever has started this process may
 * share the descriptor and have set O_NONBLOCK on it. Then a write that finds no room returns at
 * once (EAGAIN), which is no error: this stream tries again a little later.
 *
 * <p>A channel is written, and not a {@link java.io.FileOutputStream}, because only a channel tells
 * how many bytes it has written before there was no more room. Unbuffered. Used by one thread at a
 * time. Closing it does nothing: the descriptor is the process's.
 */
public final class PatientOutput extends OutputStream {
  static final long LOOK_NANOS = 5_000_000;

  private final WritableByteChannel channel;
  private final Waiters waiters;

  /** Makes a stream that writes to a channel, which stays the caller's. */
  public PatientOutput(WritableByteChannel channel, HostServices host) {
    this.channel = channel;
    this.waiters = new Waiters(host);
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(octets, offset, length);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0) {
        pause(waiters);
      }
    }
  }

  /** Waits until it is worth to look again whether a descriptor is ready. */
  static void pause(Waiters waiters) throws InterruptedIOException {
    try {
      waiters.await(() -> false, LOOK_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
