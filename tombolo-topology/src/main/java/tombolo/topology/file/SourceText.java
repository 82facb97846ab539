// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.KernelImage;

/**
 * The text of a topology file, and the heading above each of its lines. A line that begins with a
 * bracket counts as a heading, even inside a multi-line string: good enough for messages.
 */
final class SourceText {
  /** Room for thousands of channels; a larger file would take long to refuse. */
  static final int LARGEST = 1 << 20;

  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final String text;
  private final String[] lines;
  private final int[] headings;

  private SourceText(String text) {
    this.text = text;
    lines = text.split("\n", -1);
    headings = new int[lines.length + 1];
    for (int line = 1; line <= lines.length; line++) {
      headings[line] = lines[line - 1].strip().startsWith("[") ? line : headings[line - 1];
    }
  }

  /**
   * Reads a file.
   *
   * @return null if it can't be read; the reason is among the mistakes then
   */
  static @Nullable SourceText read(Path file, Mistakes mistakes) {
    byte[] bytes;
    try {
      if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
        mistakes.add(0, "", "larger than 1 MiB; a topology file is smaller");
        return null;
      }
      bytes = KernelImage.readFile(file);
    } catch (ImageException e) {
      mistakes.add(0, "", String.valueOf(e.getMessage()).replace(file + ": ", ""));
      return null;
    } catch (IOException e) {
      mistakes.add(0, "", "can't be read: " + e.getMessage());
      return null;
    }
    return decode(bytes, mistakes);
  }

  /** Wraps a text that was not read from a file. */
  static SourceText of(String text) {
    return new SourceText(text);
  }

  private static @Nullable SourceText decode(byte[] bytes, Mistakes mistakes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
      mistakes.add(line, "", "not UTF-8 text; save the file as UTF-8");
      return null;
    }
    // Some editors put one at the beginning of each file.
    return new SourceText(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
  }

  String text() {
    return text;
  }

  /** Returns a line without white space around it; empty if there is no such line. */
  String line(int number) {
    return number >= 1 && number <= lines.length ? lines[number - 1].strip() : "";
  }

  /** Returns the line of the heading that a line is under, or is; 0 if there is none. */
  int headingOf(int line) {
    return headings[Math.clamp(line, 0, lines.length)];
  }

  /** Returns the name in a line's heading with a dot after it; empty if it has no heading. */
  String tableOf(int line) {
    String heading = line(headingOf(line));
    int end = heading.indexOf(']');
    return end < 0 ? "" : heading.substring(0, end).replace("[", "").strip() + ".";
  }

  /**
   * Returns the line where a value of an array begins. The parser knows only where the comma or the
   * bracket before it is.
   *
   * @param line that of the comma or bracket, from 1
   * @param column the one after it, from 1
   */
  int lineOfElement(int line, int column) {
    String rest = lines[line - 1];
    rest = rest.substring(Math.clamp(column - 1L, 0, rest.length())).strip();
    int at = line;
    while ((rest.isEmpty() || rest.startsWith("#")) && at < lines.length) {
      at++;
      rest = line(at);
    }
    return at;
  }
}
