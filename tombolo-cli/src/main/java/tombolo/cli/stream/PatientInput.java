// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.stream;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;

/**
 * Reads a descriptor that may be non-blocking. A read that finds nothing there (EAGAIN) is neither
 * an error nor the end: this stream looks again a little later.
 *
 * <p>Used by one thread at a time. Closing it does nothing: the descriptor is the process's.
 */
public final class PatientInput extends InputStream {
  private final ReadableByteChannel channel;
  private final @Nullable FileInputStream file;
  private final Waiters waiters;

  /** Makes a stream that reads a file, which stays the caller's. */
  public PatientInput(FileInputStream file, HostServices host) {
    this(file.getChannel(), file, host);
  }

  PatientInput(ReadableByteChannel channel, HostServices host) {
    this(channel, null, host);
  }

  private PatientInput(
      ReadableByteChannel channel, @Nullable FileInputStream file, HostServices host) {
    this.channel = channel;
    this.file = file;
    this.waiters = new Waiters(host);
  }

  @Override
  public int read() throws IOException {
    byte[] octet = new byte[1];
    return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
    int count = channel.read(buffer);
    while (count == 0) {
      PatientOutput.pause(waiters);
      count = channel.read(buffer);
    }
    return count;
  }

  @Override
  public int available() throws IOException {
    return file == null ? 0 : file.available();
  }
}
