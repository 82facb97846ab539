// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import tombolo.topology.InputException;
import tombolo.topology.MemorySize;
import tombolo.topology.StartDate;

/**
 * A table of a topology file, and where it is. Returns the values of its keys. If one is missing,
 * of the wrong type or out of range, it notes the mistake and returns a value of the caller's
 * choice. Callers choose a value with which no further check can fail, so that one mistake is one
 * line.
 *
 * @param path its name with those of the tables around it: {@code vm.alice}
 * @param line from 1
 */
record Section(TomlTable table, String path, int line, SourceText source, Mistakes mistakes) {
  /** Whether the table has the key, with any value. */
  boolean has(String key) {
    return value(key) != null;
  }

  private @Nullable Object value(String key) {
    return table.get(List.of(key));
  }

  /** Returns the line of a key, or that of the table if it has no such key. */
  int lineOf(String key) {
    TomlPosition position = table.inputPositionOf(List.of(key));
    return position == null ? line : position.line();
  }

  /** Returns the name of a key behind that of the table; quoted if TOML wants that. */
  String pathOf(String key) {
    String name = key.matches("[A-Za-z0-9_-]+") ? key : '"' + key.replace("\"", "\\\"") + '"';
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Notes a mistake in the value of a key. */
  void wrong(String key, String what) {
    mistakes.add(lineOf(key), pathOf(key), what);
  }

  private void wrongType(String key, @Nullable Object found, String wanted) {
    wrong(key, "found %s; wanted %s".formatted(describe(found), wanted));
  }

  /** Returns a value in the words of a message. */
  static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case String text -> "the string \"" + text + '"';
      case Long number -> "the number " + number;
      case Double number -> "the number " + number;
      case Boolean truth -> truth.toString();
      case TomlArray _ -> "an array";
      case TomlTable _ -> "a table";
      default -> "a date or time";
    };
  }

  /**
   * Notes keys that the table may not have.
   *
   * @param keys those that it may have
   * @param kind of table, for people: "a VM"
   */
  void allowOnly(List<String> keys, String kind) {
    for (String key : table.keySet()) {
      if (!keys.contains(key)) {
        String guess = Spelling.didYouMean(key, keys);
        wrong(
            key,
            "no such key"
                + (guess.isEmpty()
                    ? "; %s has %s".formatted(kind, String.join(", ", keys))
                    : guess));
      }
    }
  }

  /** Notes a mistake if the table lacks a key. */
  void require(String key, String example) {
    if (!has(key)) {
      wrong(key, "missing; add a line like %s = %s".formatted(key, example));
    }
  }

  /** Returns a string; null if it is absent or wrong. */
  @Nullable String string(String key, String wanted) {
    Object value = value(key);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    wrongType(key, value, wanted);
    return null;
  }

  /** Returns the meaning of a word. */
  <T> T word(String key, T absent, Map<String, T> words) {
    String names = "\"" + String.join("\" or \"", words.keySet().stream().sorted().toList()) + '"';
    String word = string(key, names);
    if (word == null) {
      return absent;
    }
    T meaning = words.get(word);
    if (meaning == null) {
      wrongType(key, word, names + Spelling.didYouMean(word, words.keySet()));
      return absent;
    }
    return meaning;
  }

  boolean truth(String key, boolean absent) {
    Object value = value(key);
    if (value == null || value instanceof Boolean) {
      return value == null ? absent : (Boolean) value;
    }
    wrongType(key, value, "true or false");
    return absent;
  }

  /**
   * Returns a whole number.
   *
   * @param absent what to return if there is none
   * @param wrong what to return if it is not one in this range
   */
  long integer(String key, long absent, long wrong, long least, long most) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    wrongType(key, value, "a whole number" + range(least, most));
    return wrong;
  }

  private static String range(long least, long most) {
    if (least == Long.MIN_VALUE) {
      return "";
    }
    String end = most == Long.MAX_VALUE ? "0x7fffffffffffffff" : Long.toString(most);
    return ", %d to %s".formatted(least, end);
  }

  /** Bounds of an amount of memory, both inclusive, in bytes. */
  record Range(long least, long most) {}

  /**
   * Returns bytes, written as a number or as a string with a unit.
   *
   * @param absent what to return if there are none
   * @param wrong what to return if they are not in this range
   */
  long bytes(String key, long absent, long wrong, Range range) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    String text = value instanceof Long number ? number.toString() : null;
    if (value instanceof String string) {
      text = string;
    }
    if (text == null) {
      wrongType(key, value, "a size like \"64 MiB\"");
      return wrong;
    }
    try {
      long bytes = MemorySize.parseBytes(text);
      if (bytes >= range.least && bytes <= range.most) {
        return bytes;
      }
      wrong(
          key,
          "'%s': out of range; use %s to %s"
              .formatted(text, MemorySize.describe(range.least), MemorySize.describe(range.most)));
    } catch (InputException e) {
      wrong(key, String.valueOf(e.getMessage()));
    }
    return wrong;
  }

  /** Returns an amount of RAM, in whole pages; null if it is absent or wrong. */
  @Nullable MemorySize memory(String key) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String) && !(value instanceof Long)) {
      wrongType(key, value, "a size like \"64 MiB\"");
      return null;
    }
    try {
      return MemorySize.parse(value.toString());
    } catch (InputException e) {
      wrong(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Returns a date, written as a string or as TOML's date; null if it is absent or wrong. */
  @Nullable Instant date(String key) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String) && !(value instanceof OffsetDateTime)) {
      wrongType(key, value, "a date with its offset like 2026-01-01T00:00:00Z");
      return null;
    }
    try {
      return StartDate.parse(value.toString());
    } catch (InputException e) {
      wrong(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Returns an array; null if it is absent or wrong. */
  @Nullable TomlArray array(String key, String wanted) {
    Object value = value(key);
    if (value == null || value instanceof TomlArray) {
      return (TomlArray) value;
    }
    wrongType(key, value, wanted);
    return null;
  }

  /**
   * Returns a table in this one; null if it is absent or wrong.
   *
   * @param wanted what to write instead of something that is not a table
   */
  @Nullable Section section(String key, String wanted) {
    Object value = value(key);
    if (value instanceof TomlTable inner) {
      return new Section(inner, pathOf(key), lineOf(key), source, mistakes);
    }
    if (value != null) {
      wrongType(key, value, wanted);
    }
    return null;
  }

  /** Returns the keys, in the file's order. */
  List<String> keys() {
    Set<String> keys = table.keySet();
    return keys.stream().sorted(Comparator.comparingInt(this::lineOf)).toList();
  }
}
