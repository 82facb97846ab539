// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The arguments of a suite. Each is taken once; what is left at the end is a mistake. */
public final class Arguments {
  private final List<String> left;

  public Arguments(List<String> arguments) {
    this.left = new ArrayList<>(arguments);
  }

  /** Takes a flag, and returns whether it was given. */
  public boolean flag(String name) {
    return left.remove(name);
  }

  /** Takes an option, and returns the word behind it. */
  public Optional<String> value(String name) {
    int at = left.indexOf(name);
    if (at < 0) {
      return Optional.empty();
    }
    if (at + 1 == left.size()) {
      throw new UsageException(name + " needs a value");
    }
    left.remove(at);
    return Optional.of(left.remove(at));
  }

  /** Takes an option, and returns the number behind it, at least {@code least}. */
  public int number(String name, int least, int otherwise) {
    return value(name).map(text -> parse(name, text, least)).orElse(otherwise);
  }

  private static int parse(String name, String text, int least) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Answered as a number that is too small.
    }
    throw new UsageException("%s %s: a whole number from %d".formatted(name, text, least));
  }

  /** Takes an option, and returns the regular expression behind it, or one that matches all. */
  public Pattern pattern(String name) {
    return pattern(value(name));
  }

  /** Compiles the regular expression of an option; one that matches all if it is empty. */
  public static Pattern pattern(Optional<String> regex) {
    try {
      return Pattern.compile(regex.orElse(""));
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "%s: no regular expression: %s".formatted(regex.orElse(""), e.getDescription()));
    }
  }

  /** Takes the next argument if it is not an option. */
  public Optional<String> word() {
    return left.isEmpty() || left.getFirst().startsWith("-")
        ? Optional.empty()
        : Optional.of(left.removeFirst());
  }

  /** Takes all arguments that are left, in order. */
  public List<String> rest() {
    List<String> rest = List.copyOf(left);
    left.clear();
    return rest;
  }

  /** Throws if any argument is left. */
  public void requireNoMore() {
    if (!left.isEmpty()) {
      throw new UsageException("no such option: " + String.join(" ", left));
    }
  }
}
