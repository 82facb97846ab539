// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A limit of time, as people write it: {@code 10s}, {@code 2m}, {@code 500ms}, {@code 1h}. A number
 * alone is seconds.
 *
 * @param text as it was written
 * @param duration positive, at most {@link #LONGEST_HOURS}
 */
public record TimeLimit(String text, Duration duration) {
  static final long LONGEST_HOURS = 1_000_000;

  private static final Pattern SYNTAX = Pattern.compile("([+-]?\\d+)\\s*([a-z]*)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "", Duration.ofSeconds(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1));

  /**
   * @throws TypeConversionException if it is no such time; the message says why
   */
  static TimeLimit parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip().toLowerCase(Locale.ROOT));
    Duration unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
    if (unit == null) {
      throw wrong(text, "not a time; write it like 10s, 2m or 500ms");
    }
    Duration longest = Duration.ofHours(LONGEST_HOURS);
    long number;
    try {
      number = Long.parseLong(matcher.group(1));
    } catch (NumberFormatException e) {
      throw wrong(text, "too long; at most " + LONGEST_HOURS + "h");
    }
    if (number <= 0) {
      throw wrong(text, "not positive; give at least 1ms");
    }
    if (number > longest.dividedBy(unit)) {
      throw wrong(text, "too long; at most " + LONGEST_HOURS + "h");
    }
    return new TimeLimit(text.strip(), unit.multipliedBy(number));
  }

  private static TypeConversionException wrong(String text, String why) {
    return new TypeConversionException("'%s': %s".formatted(text, why));
  }

  /** Parses a time for picocli, which makes one itself. */
  public static final class Converter implements ITypeConverter<TimeLimit> {
    @Override
    public TimeLimit convert(String text) {
      return parse(text);
    }
  }
}
