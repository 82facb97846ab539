// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.memory.HostMemory;

/**
 * An amount of memory, as people write it: a whole number and a binary unit, {@code 64 MiB}, {@code
 * 64M}, {@code 1GiB}, {@code 65536K}. A number alone is bytes.
 *
 * @param bytes a positive multiple of the page size
 */
public record MemorySize(long bytes) {
  private static final long MOST = 1L << 50; // a pebibyte

  private static final Pattern SYNTAX = Pattern.compile("([+-]?\\d+)\\s*([a-z]*)");
  private static final Map<String, Integer> SHIFTS =
      Map.ofEntries(
          Map.entry("", 0),
          Map.entry("b", 0),
          Map.entry("k", 10),
          Map.entry("kib", 10),
          Map.entry("m", 20),
          Map.entry("mib", 20),
          Map.entry("g", 30),
          Map.entry("gib", 30),
          Map.entry("t", 40),
          Map.entry("tib", 40));

  /**
   * Parses an amount of whole pages.
   *
   * @throws InputException if it is no such amount; the message says why
   */
  public static MemorySize parse(String text) {
    long bytes = parseBytes(text);
    if (bytes <= 0) {
      throw wrong(text, "a VM needs at least one page of %d bytes".formatted(HostMemory.PAGE_SIZE));
    }
    if (bytes % HostMemory.PAGE_SIZE != 0) {
      throw wrong(text, "not whole pages of %d bytes".formatted(HostMemory.PAGE_SIZE));
    }
    return new MemorySize(bytes);
  }

  /**
   * Parses an amount that need not be whole pages, nor positive.
   *
   * @return bytes, at most a pebibyte; -1 for whatever is below 0
   * @throws InputException if it is no such amount; the message says why
   */
  public static long parseBytes(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip().toLowerCase(Locale.ROOT));
    Integer shift = matcher.matches() ? SHIFTS.get(matcher.group(2)) : null;
    if (shift == null) {
      throw wrong(text, "not a size; write it like 64MiB, 1GiB or 65536K");
    }
    long number;
    try {
      number = Long.parseLong(matcher.group(1));
    } catch (NumberFormatException e) {
      throw wrong(text, "too large for any host");
    }
    if (number > MOST >> shift) {
      throw wrong(text, "too large for any host");
    }
    return number < 0 ? -1 : number << shift;
  }

  private static InputException wrong(String text, String why) {
    return new InputException("'%s': %s".formatted(text, why));
  }

  /** Returns a size in words, in the largest unit of which it is a whole number. */
  public static String describe(long bytes) {
    if (bytes <= 1) {
      return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    int unit = Math.min(Long.numberOfTrailingZeros(bytes) / 10, units.length - 1);
    return (bytes >> (10 * unit)) + " " + units[unit];
  }

  @Override
  public String toString() {
    return describe(bytes);
  }
}
