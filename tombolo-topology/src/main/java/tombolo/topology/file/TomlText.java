// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * Parses TOML and puts its mistakes into words for people. If the only mistakes are names that are
 * given twice, the rest of the file can still be checked.
 */
final class TomlText {
  private static final int MOST_ERRORS = 20;

  private static final Pattern TWICE =
      Pattern.compile("(?s)(.*) previously defined at line (\\d+), column \\d+");
  private static final Pattern NOT_ARRAY =
      Pattern.compile("(?s)(.*) is not an array \\(previously defined at line (\\d+),.*");
  private static final Pattern BARE_VALUE =
      Pattern.compile("([\\w.-]+)\\s*=\\s*([\\w./-][^\"'#\\[\\]{}=,]*?)\\s*(#.*)?");

  private final SourceText source;
  private final Mistakes mistakes;
  private final Set<Integer> repeated = new LinkedHashSet<>();

  TomlText(SourceText source, Mistakes mistakes) {
    this.source = source;
    this.mistakes = mistakes;
  }

  /**
   * Returns the file's table.
   *
   * @return null if it is not TOML
   */
  @Nullable TomlTable parse() {
    TomlParseResult result;
    try {
      result = Toml.parse(source.text());
    } catch (StackOverflowError e) { // the parser recurses as deep as brackets are nested
      mistakes.add(0, "", "brackets are nested too deeply; remove some");
      return null;
    } catch (RuntimeException | AssertionError e) { // the parser trips over a malformed value
      mistakes.add(0, "", "not TOML: a malformed value, perhaps \\u or \\U without its digits");
      return null;
    }
    List<TomlParseError> errors =
        result.errors().stream()
            .sorted(Comparator.comparingInt(error -> error.position().line()))
            .toList();
    if (errors.stream().allMatch(error -> TWICE.matcher(message(error)).matches())) {
      errors.forEach(this::addTwice);
      return result;
    }
    errors.stream().limit(MOST_ERRORS).forEach(this::add);
    if (errors.size() > MOST_ERRORS) {
      int line = errors.get(MOST_ERRORS).position().line();
      int more = errors.size() - MOST_ERRORS;
      mistakes.add(line, "", "not TOML: %d more mistakes from here on".formatted(more));
    }
    return null;
  }

  /** Whether a line is in a table that is there twice, which is a mistake already noted. */
  boolean isInRepeatedTable(int line) {
    return repeated.contains(source.headingOf(line));
  }

  private void add(TomlParseError error) {
    if (TWICE.matcher(message(error)).matches()) {
      addTwice(error);
      return;
    }
    int line = error.position().line();
    Matcher notArray = NOT_ARRAY.matcher(message(error));
    if (notArray.matches()) {
      mistakes.add(
          line,
          notArray.group(1),
          "already a table on line %s; write it once, as [%s]"
              .formatted(notArray.group(2), notArray.group(1)));
      return;
    }
    String what = message(error);
    what =
        what.isEmpty() ? what : what.substring(0, 1).toLowerCase(Locale.ROOT) + what.substring(1);
    mistakes.add(
        line,
        "",
        "not TOML: column %d: %s%s".formatted(error.position().column(), what, hint(line)));
  }

  /** Returns a hint if quotes are missing, the most frequent mistake. */
  private String hint(int line) {
    Matcher bare = BARE_VALUE.matcher(source.line(line));
    return bare.matches() && bare.group(2).matches("(?!0x).*[a-zA-Z/].*")
        ? "; write %s = \"%s\"".formatted(bare.group(1), bare.group(2))
        : "";
  }

  private void addTwice(TomlParseError error) {
    Matcher twice = TWICE.matcher(message(error));
    if (!twice.matches()) {
      return;
    }
    int line = error.position().line();
    if (source.headingOf(line) == line && line > 0) {
      repeated.add(line);
      mistakes.add(
          line,
          twice.group(1),
          "already defined on line %s; rename one of the two, or join them"
              .formatted(twice.group(2)));
    } else if (!isInRepeatedTable(line)) {
      mistakes.add(
          line,
          source.tableOf(line) + twice.group(1),
          "already given on line %s; remove one of the two".formatted(twice.group(2)));
    }
  }

  private static String message(TomlParseError error) {
    String message = error.getMessage();
    return message == null ? "" : message;
  }
}
