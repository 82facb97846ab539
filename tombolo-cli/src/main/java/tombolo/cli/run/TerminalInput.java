// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

/**
 * Parses what a program sends to a terminal (ECMA-48, in UTF-8) into the few things that matter
 * within a line. Keeps at most {@link #LONGEST_PARAMETERS} characters of a sequence. A newline ends
 * every sequence, so that one which never ends can swallow no more than a line. Not thread-safe.
 */
final class TerminalInput {
  /** What a byte has brought. */
  enum Event {
    /** Nothing yet, or something that is dropped. */
    NOTHING,
    CHARACTER,
    NEWLINE,
    RETURN,
    BACKSPACE,
    COLOUR,
    ERASE,
    COLUMN,
    FORWARD,
    BACK
  }

  private enum State {
    GROUND,
    /** Behind ESC, also behind intermediate bytes. */
    ESCAPE,
    /** In a control sequence: parameters, intermediate bytes, a final byte. */
    CONTROL,
    /** In a string for the terminal, up to BEL or ESC \. */
    STRING
  }

  static final int LONGEST_PARAMETERS = 32;

  private static final char ESC = 0x1b;
  private static final int REPLACEMENT = 0xfffd;

  private State state = State.GROUND;
  private final StringBuilder parameters = new StringBuilder();
  private boolean plain; // the parameters are digits and separators, and are all there

  private int character;
  private int missing; // continuation bytes of the character
  private int least; // the least value that its length may encode

  private Event event = Event.NOTHING;

  /**
   * Takes a byte; {@link #event} says what it has brought.
   *
   * @return false if the byte does not belong to the character before it: then the event is that
   *     character's end, and the byte has to be taken again
   */
  boolean take(byte octet) {
    int value = octet & 0xff;
    if (missing > 0) {
      if ((value & 0xc0) != 0x80) {
        missing = 0;
        event = decoded(REPLACEMENT);
        return false;
      }
      character = character << 6 | (value & 0x3f);
      missing--;
      event = missing > 0 ? Event.NOTHING : decoded(isValid(character) ? character : REPLACEMENT);
    } else if (value < 0x80) {
      event = decoded(value);
    } else if (value >= 0xc2 && value < 0xf5) {
      missing = value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
      least = missing == 1 ? 0x80 : missing == 2 ? 0x800 : 0x1_0000;
      character = value & (0x3f >> missing);
      event = Event.NOTHING;
    } else {
      event = decoded(REPLACEMENT);
    }
    return true;
  }

  private boolean isValid(int decoded) {
    return decoded >= least
        && decoded <= Character.MAX_CODE_POINT
        && (decoded < Character.MIN_SURROGATE || decoded > Character.MAX_SURROGATE);
  }

  Event event() {
    return event;
  }

  /** The character, at the event CHARACTER. */
  int character() {
    return character;
  }

  /** The parameters of a control sequence. */
  String parameters() {
    return parameters.toString();
  }

  /** The only parameter of a control sequence, or 1 if it has none, or not one small number. */
  int number() {
    return parameters.toString().matches("[1-9]\\d{0,4}")
        ? Integer.parseInt(parameters.toString())
        : 1;
  }

  private Event decoded(int value) {
    if (value == '\n' || value == 0x0b || value == 0x0c) {
      state = State.GROUND;
      return Event.NEWLINE;
    }
    return switch (state) {
      case GROUND -> ground(value);
      case ESCAPE -> escape(value);
      case CONTROL -> control(value);
      case STRING -> string(value);
    };
  }

  private Event ground(int value) {
    if (value == '\r') {
      return Event.RETURN;
    }
    if (value == '\b') {
      return Event.BACKSPACE;
    }
    if (value == ESC) {
      state = State.ESCAPE;
      return Event.NOTHING;
    }
    if (value >= 0x80 && value < 0xa0) { // the same controls as behind ESC, as one character
      return escape(value - 0x40);
    }
    if ((value < ' ' && value != '\t') || value == 0x7f || isTreacherous(value)) {
      return Event.NOTHING;
    }
    character = value;
    return Event.CHARACTER;
  }

  /** Separators of lines, and what changes the direction in which a terminal shows characters. */
  private static boolean isTreacherous(int value) {
    return (value >= 0x2028 && value <= 0x202e)
        || (value >= 0x2066 && value <= 0x2069)
        || value == 0x200e
        || value == 0x200f
        || value == 0x061c;
  }

  private Event escape(int value) {
    if (value >= ' ' && value < '0') {
      state = State.ESCAPE; // an intermediate byte
    } else if (value == '[') {
      state = State.CONTROL;
      parameters.setLength(0);
      plain = true;
    } else if (value == ']' || value == 'P' || value == 'X' || value == '^' || value == '_') {
      state = State.STRING;
    } else if (value != ESC) {
      state = State.GROUND;
    }
    return Event.NOTHING;
  }

  private Event control(int value) {
    if (value >= '@' && value < 0x7f) {
      state = State.GROUND;
      return plain ? last(value) : Event.NOTHING;
    }
    if (value == ESC) {
      state = State.ESCAPE;
    } else if (value == 0x18 || value == 0x1a) { // CAN, SUB
      state = State.GROUND;
    } else if (((value >= '0' && value <= '9') || value == ';' || value == ':')
        && parameters.length() < LONGEST_PARAMETERS) {
      parameters.append((char) value);
    } else {
      plain = false;
    }
    return Event.NOTHING;
  }

  private static Event last(int value) {
    return switch (value) {
      case 'm' -> Event.COLOUR;
      case 'K' -> Event.ERASE;
      case 'G' -> Event.COLUMN;
      case 'C' -> Event.FORWARD;
      case 'D' -> Event.BACK;
      default -> Event.NOTHING;
    };
  }

  private Event string(int value) {
    if (value == 0x07 || value == 0x18 || value == 0x1a || value == 0x9c) {
      state = State.GROUND;
    } else if (value == ESC) {
      state = State.ESCAPE; // of ESC \, or of the next sequence
    }
    return Event.NOTHING;
  }
}
