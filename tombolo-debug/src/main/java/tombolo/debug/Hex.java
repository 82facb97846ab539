// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Numbers and bytes in the protocol's hexadecimal digits. */
final class Hex {
  private static final HexFormat FORMAT = HexFormat.of();

  private Hex() {}

  static String of(byte[] bytes) {
    return FORMAT.formatHex(bytes);
  }

  static String ofText(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Parses bytes.
   *
   * @throws IllegalArgumentException if these are no hexadecimal digits, two for each byte
   */
  static byte[] bytes(String digits) {
    return FORMAT.parseHex(digits);
  }

  /**
   * Parses a number of 1 to 16 digits, unsigned.
   *
   * @throws IllegalArgumentException if it is none
   */
  static long number(String digits) {
    if (digits.isEmpty() || digits.length() > 2 * Long.BYTES) {
      throw new IllegalArgumentException("no number: " + digits);
    }
    return HexFormat.fromHexDigitsToLong(digits);
  }

  /**
   * Parses a number from 0 to 2^31 - 1.
   *
   * @throws IllegalArgumentException if it is none
   */
  static int index(String digits) {
    long number = number(digits);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("too large: " + digits);
    }
    return (int) number;
  }
}
