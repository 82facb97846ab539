// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tombolo.topology.run.LineCutter;

/**
 * The output of one VM among several: passes on whole lines, with the VM's name before each, so
 * that lines of two VMs never mix. A line that has not ended is kept back until it does, or until
 * {@link #close()}; one that grows too long is cut into several.
 *
 * <p>Used by the console's writing worker, and closed when that has ended. The lines of all VMs go
 * to one stream, whose monitor is held for a line at a time.
 */
final class LinePrefix extends OutputStream {
  private final OutputStream out;
  private final byte[] prefix;
  private final LineCutter line = new LineCutter();

  /**
   * @param out shared with the other consoles
   * @param prefix what comes before each line
   */
  LinePrefix(OutputStream out, String prefix) {
    this.out = out;
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void write(int octet) throws IOException {
    print(line.add((byte) octet));
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(octets[i]);
    }
  }

  private void print(byte @Nullable [] ended) throws IOException {
    if (ended == null) {
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(prefix);
    whole.writeBytes(ended);
    whole.write('\n');
    synchronized (out) {
      whole.writeTo(out);
      out.flush();
    }
  }

  /** Ends the last line if it has not ended. The stream stays open. */
  @Override
  public void close() throws IOException {
    print(line.end());
  }
}
