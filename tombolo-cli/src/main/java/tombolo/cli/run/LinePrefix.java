// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One VM's console among those of several: passes on whole lines, each behind the VM's name, so
 * that lines of two VMs never mix. A line that has not ended is kept back until it does, or until
 * {@link #close()}; one that grows too long is cut into several.
 *
 * <p>Used by the console's writing thread, and closed when that has ended. The lines of all VMs go
 * to one stream, whose monitor is held for a line at a time.
 */
final class LinePrefix extends OutputStream {
  private static final int LONGEST_LINE = 4096;

  private final OutputStream out;
  private final byte[] prefix;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

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
    if (octet == '\r') {
      return; // of a serial line; a terminal needs none
    }
    if (octet == '\n' || line.size() == LONGEST_LINE) {
      endLine();
    }
    if (octet != '\n') {
      line.write(octet);
    }
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(octets[i]);
    }
  }

  private void endLine() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(prefix);
    line.writeTo(whole);
    line.reset();
    whole.write('\n');
    synchronized (out) {
      whole.writeTo(out);
      out.flush();
    }
  }

  /** Ends the last line if it has not ended. The stream stays open. */
  @Override
  public void close() throws IOException {
    if (line.size() > 0) {
      endLine();
    }
  }
}
