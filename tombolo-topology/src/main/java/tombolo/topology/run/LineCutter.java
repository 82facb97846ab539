// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a guest prints into lines. Drops carriage returns, which a serial line has and a
 * terminal does not need. Cuts a line that grows longer than {@link #LONGEST} bytes. Not
 * thread-safe.
 */
public final class LineCutter {
  /** The most bytes of a line. */
  public static final int LONGEST = 4096;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** Makes one that has seen nothing. */
  public LineCutter() {}

  /**
   * Takes the next byte.
   *
   * @return the line that ends with it or before it, without its newline; null if none does
   */
  public byte @Nullable [] add(byte octet) {
    if (octet == '\r') {
      return null;
    }
    byte[] ended = octet == '\n' || line.size() == LONGEST ? take() : null;
    if (octet != '\n') {
      line.write(octet);
    }
    return ended;
  }

  /** Ends the line that has not ended yet and returns it; null if there is none. */
  public byte @Nullable [] end() {
    return line.size() == 0 ? null : take();
  }

  private byte[] take() {
    byte[] whole = line.toByteArray();
    line.reset();
    return whole;
  }

  /** Returns what there is of a line that has not ended yet; may be empty. */
  public String unfinished() {
    return line.toString(StandardCharsets.UTF_8);
  }
}
