// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import tombolo.topology.run.LineCutter;

/**
 * A line as a terminal of endless width would show it: a carriage return goes back to its start, a
 * backspace goes back a character, and what follows overwrites. Cuts a line that grows longer than
 * {@link LineCutter#LONGEST} bytes, between two characters. Not thread-safe.
 *
 * <p>What a line may not do is leave itself. Of the escape sequences, those that set colours, erase
 * in the line or move within it have their effect; all others are dropped, and so are other control
 * characters and those that reverse the direction of writing. A byte that is not UTF-8 becomes
 * U+FFFD.
 */
final class TerminalLine {
  /** Takes the lines that have ended. */
  interface Sink {
    /** Takes a line in UTF-8, without its newline. Colours are off at its end. */
    void line(byte[] line) throws IOException;
  }

  /** A pen of more characters than this loses its older colours. */
  private static final int LONGEST_PEN = 64;

  private static final String PEN_UP = "\u001b[0m";

  private final boolean colours;
  private final Sink sink;
  private final TerminalInput input = new TerminalInput();

  private int[] characters = new int[128];
  private String[] pens = new String[128];
  private int length;
  private int column;
  private int bytes;

  /** The sequences that set the present colours, from no colours. */
  private String pen = "";

  /**
   * Makes an empty line.
   *
   * @param colours whether colours pass; otherwise a line has no escape sequence at all
   */
  TerminalLine(boolean colours, Sink sink) {
    this.colours = colours;
    this.sink = sink;
  }

  /** Takes the next byte. */
  void add(byte octet) throws IOException {
    // A byte that breaks a character ends that one and is looked at again.
    while (!input.take(octet)) {
      act(input.event());
    }
    act(input.event());
  }

  private void act(TerminalInput.Event event) throws IOException {
    switch (event) {
      case NOTHING -> {}
      case CHARACTER -> put(input.character());
      case NEWLINE -> end();
      case RETURN -> column = 0;
      case BACKSPACE -> column = Math.max(column - 1, 0);
      case COLOUR -> colour(input.parameters());
      case ERASE -> erase(input.parameters());
      case COLUMN -> column = Math.clamp(input.number() - 1L, 0, length);
      case FORWARD -> column = Math.clamp((long) column + input.number(), 0, length);
      case BACK -> column = Math.clamp((long) column - input.number(), 0, length);
    }
  }

  /** Returns whether there is a line that has not ended. */
  boolean isUnfinished() {
    return length > 0;
  }

  /** Hands the line over and begins the next one. */
  private void end() throws IOException {
    byte[] shown = render();
    length = 0;
    column = 0;
    bytes = 0;
    sink.line(shown);
  }

  private void put(int character) throws IOException {
    int grown = bytes + size(character) - (column < length ? size(characters[column]) : 0);
    if (grown > LineCutter.LONGEST) {
      end();
      grown = size(character);
    }
    if (column == characters.length) {
      characters = Arrays.copyOf(characters, column * 2);
      pens = Arrays.copyOf(pens, column * 2);
    }
    characters[column] = character;
    pens[column] = pen;
    bytes = grown;
    column++;
    length = Math.max(length, column);
  }

  private void colour(String parameters) {
    if (!colours) {
      return;
    }
    String sequence = "\u001b[" + parameters + "m";
    if (parameters.isEmpty() || parameters.equals("0")) {
      pen = "";
    } else if (parameters.startsWith("0;") || pen.length() + sequence.length() > LONGEST_PEN) {
      pen = sequence;
    } else {
      pen += sequence;
    }
  }

  /** Erases the rest of the line, its beginning, or all of it. */
  private void erase(String parameters) {
    switch (parameters) {
      case "", "0" -> cut(column);
      case "1" -> {
        for (int i = 0; i < Math.min(column + 1, length); i++) {
          bytes += 1 - size(characters[i]);
          characters[i] = ' ';
          pens[i] = "";
        }
      }
      case "2" -> {
        cut(0);
        column = 0;
      }
      default -> {}
    }
  }

  private void cut(int to) {
    while (length > to) {
      bytes -= size(characters[--length]);
    }
  }

  private static int size(int character) {
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
  }

  private byte[] render() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream(bytes);
    String now = "";
    for (int i = 0; i < length; i++) {
      if (!pens[i].equals(now)) {
        shown.writeBytes(((now.isEmpty() ? "" : PEN_UP) + pens[i]).getBytes(UTF_8));
        now = pens[i];
      }
      if (characters[i] < 0x80) {
        shown.write(characters[i]);
      } else {
        shown.writeBytes(Character.toString(characters[i]).getBytes(UTF_8));
      }
    }
    if (!now.isEmpty()) {
      shown.writeBytes(PEN_UP.getBytes(UTF_8));
    }
    return shown.toByteArray();
  }
}
