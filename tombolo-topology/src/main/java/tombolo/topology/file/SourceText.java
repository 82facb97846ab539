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
 * The text of a topology file, and which of its lines are under which heading. Headings are told by
 * the look of a line, so a line of a multi-line string can pass for one: good for messages only.
 */
final class SourceText {
  /** Room for thousands of channels, and nothing that takes long to refuse. */
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
   * @return null where that can't be done; then mistakes has the reason
   */
  static @Nullable SourceText read(Path file, Mistakes mistakes) {
    byte[] bytes;
    try {
      if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
        mistakes.add(0, "", "larger than 1 MiB, so it is no topology file");
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

  /** A text that was not read from a file. */
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
      mistakes.add(line, "", "not UTF-8 text, so it is no topology file");
      return null;
    }
    // Some editors begin each file with one.
    return new SourceText(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
  }

  String text() {
    return text;
  }

  /** A line without what is white around it; empty where there is none. */
  String line(int number) {
    return number >= 1 && number <= lines.length ? lines[number - 1].strip() : "";
  }

  /** The line of the heading {@code [table]} that a line is under, or is; 0 where there is none. */
  int headingOf(int line) {
    return headings[Math.clamp(line, 0, lines.length)];
  }

  /** What the heading of a line is about, with a dot behind it; empty where there is none. */
  String tableOf(int line) {
    String heading = line(headingOf(line));
    int end = heading.indexOf(']');
    return end < 0 ? "" : heading.substring(0, end).replace("[", "").strip() + ".";
  }

  /**
   * The line where a value of an array begins, since the parser says where the comma before it is.
   *
   * @param line of the comma or the bracket before it, from 1
   * @param column behind that, from 1
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
