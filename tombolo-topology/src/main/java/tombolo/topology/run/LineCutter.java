// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a guest prints into lines. Drops carriage returns, which a serial line has and a
 * terminal does not need. Cuts a line that grows longer than {@link #LONGEST} bytes, between two
 * characters of UTF-8. Not thread-safe.
 */
public final class LineCutter {
  /** The most bytes of a line. */
  public static final int LONGEST = 4096;

  /** The most bytes of a character in UTF-8. */
  private static final int LONGEST_CHARACTER = 4;

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
    if (octet == '\n') {
      return take();
    }
    byte[] ended = line.size() == LONGEST ? cut(octet) : null;
    line.write(octet);
    return ended;
  }

  /** Takes the line without the beginning of the character that this byte goes on with. */
  private byte[] cut(byte next) {
    byte[] whole = take();
    int end = whole.length;
    if (isContinuation(next)) {
      do {
        end--;
      } while (isContinuation(whole[end]) && whole.length - end < LONGEST_CHARACTER);
      if ((whole[end] & 0xc0) != 0xc0) {
        return whole; // It is no UTF-8.
      }
    }
    line.write(whole, end, whole.length - end);
    return Arrays.copyOf(whole, end);
  }

  private static boolean isContinuation(byte octet) {
    return (octet & 0xc0) == 0x80;
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
