// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259): maps with names as keys, lists, strings, numbers, truth values, null. */
public final class Json {
  private Json() {}

  /** Returns the value, indented by two spaces a level, without a newline at the end. */
  public static String write(@Nullable Object value) {
    return write(value, "\n");
  }

  private static String write(@Nullable Object value, String newline) {
    String inner = newline + "  ";
    return switch (value) {
      case null -> "null";
      case String text -> quote(text);
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      case List<?> list when list.isEmpty() -> "[]";
      case List<?> list ->
          list.stream()
              .map(element -> inner + write(element, inner))
              .collect(Collectors.joining(",", "[", newline + "]"));
      case Map<?, ?> map when map.isEmpty() -> "{}";
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(
                  entry ->
                      inner
                          + quote(String.valueOf(entry.getKey()))
                          + ": "
                          + write(entry.getValue(), inner))
              .collect(Collectors.joining(",", "{", newline + "}"));
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    };
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (isUnprintable(c)) {
                quoted.append("\\u%04x".formatted(c));
              } else {
                quoted.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
              }
            });
    return quoted.append('"').toString();
  }

  /** Returns whether a character could move a terminal's cursor or hide others. */
  private static boolean isUnprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
