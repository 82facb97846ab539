// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;

/**
 * The output of a benchmark guest (see {@code guests/lib/bench.h}).
 *
 * @param checksum the same for the same rounds on any machine
 * @param instructions retired by its work; 0 where it cannot count them, as a Linux program
 * @param workNanos the time of its work by its own clock; 0 where it does not time it
 */
record GuestOutput(String checksum, long instructions, long workNanos) {
  private static final Pattern CHECKSUM =
      Pattern.compile("^\\S+ checksum ([0-9a-f]+)\\r?$", Pattern.MULTILINE);
  private static final Pattern INSTRUCTIONS =
      Pattern.compile("^\\S+ instructions (\\d+)\\r?$", Pattern.MULTILINE);
  private static final Pattern NANOSECONDS =
      Pattern.compile("^\\S+ nanoseconds (\\d+)\\r?$", Pattern.MULTILINE);
  private static final Pattern OK = Pattern.compile("^ok\\r?$", Pattern.MULTILINE);

  /**
   * Reads the output.
   *
   * @param where the beginning of the message if the guest found its own result wrong
   */
  static GuestOutput parse(String where, String text) {
    Matcher checksum = CHECKSUM.matcher(text);
    if (!checksum.find() || !OK.matcher(text).find()) {
      throw new BenchmarkException("%s: not ok; it printed: %s".formatted(where, text.strip()));
    }
    return new GuestOutput(
        checksum.group(1), number(INSTRUCTIONS, text), number(NANOSECONDS, text));
  }

  private static long number(Pattern line, String text) {
    Matcher matcher = line.matcher(text);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
