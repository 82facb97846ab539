// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The output of one VM among several: passes on whole lines, with the VM's name before each, so
 * that lines of two VMs never mix. A {@link TerminalLine} confines the guest to its own lines. A
 * line that has not ended is kept back until it does.
 *
 * <p>Used by the console's writing worker. The lines of all VMs go to one stream, whose monitor is
 * held for a line at a time.
 */
final class LinePrefix extends OutputStream {
  private final OutputStream out;
  private final byte[] prefix;
  private final TerminalLine line;

  /**
   * @param out shared with the other consoles
   * @param prefix what comes before each line
   * @param colours whether the guest's colours pass
   */
  LinePrefix(OutputStream out, String prefix, boolean colours) {
    this.out = out;
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    this.line = new TerminalLine(colours, this::print);
  }

  @Override
  public void write(int octet) throws IOException {
    line.add((byte) octet);
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      line.add(octets[i]);
    }
  }

  private void print(byte[] ended) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(prefix);
    whole.writeBytes(ended);
    whole.write('\n');
    synchronized (out) {
      whole.writeTo(out);
      out.flush();
    }
  }

  /** Returns whether a line is kept back. To be asked while nobody writes. */
  boolean isUnfinished() {
    return line.isUnfinished();
  }
}
