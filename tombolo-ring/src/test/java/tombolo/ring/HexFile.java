// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/** Reads golden bytes: lines of an offset and up to 16 bytes. Bytes that are left out are 0. */
public final class HexFile {
  private HexFile() {}

  public static byte[] read(String name, int size) {
    byte[] bytes = new byte[size];
    try (InputStream file = HexFile.class.getResourceAsStream(name)) {
      String text =
          new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : text.lines().filter(line -> !line.startsWith("#")).toList()) {
        int gap = line.indexOf("  ");
        byte[] row = HexFormat.ofDelimiter(" ").parseHex(line.substring(gap + 2));
        System.arraycopy(row, 0, bytes, HexFormat.fromHexDigits(line, 0, gap), row.length);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes;
  }
}
