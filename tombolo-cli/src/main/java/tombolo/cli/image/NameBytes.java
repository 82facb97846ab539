// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;

/**
 * Names as byte strings: a character for each byte. To a guest, as to the host, a name is bytes,
 * whatever they mean in a locale.
 */
final class NameBytes {
  private NameBytes() {}

  /** Returns the bytes of what a person wrote, which are UTF-8 in a guest. */
  static String of(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  /** Returns the bytes of a path of the host, absolute or relative, without a slash at its end. */
  static String of(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(c -> c < 0x80)) {
      return text;
    }
    // The text may have lost what is no character in this locale. A URI has each byte.
    String escaped = path.getFileSystem().getPath("/").resolve(path).toUri().getRawPath();
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes.append((char) Integer.parseInt(escaped, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.append(escaped.charAt(i));
      }
    }
    if (bytes.length() > 1 && bytes.charAt(bytes.length() - 1) == '/') {
      bytes.setLength(bytes.length() - 1); // a URI has one behind a directory
    }
    return path.isAbsolute() ? bytes.toString() : bytes.substring(1);
  }
}
