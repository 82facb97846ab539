// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a benchmark guest prints (see {@code guests/lib/bench.h}).
 *
 * @param checksum the same wherever the same rounds are run
 * @param instructions retired by its work; 0 where it can't know, as a Linux program
 */
record GuestOutput(String checksum, long instructions) {
  private static final Pattern CHECKSUM =
      Pattern.compile("^\\S+ checksum ([0-9a-f]+)\\r?$", Pattern.MULTILINE);
  private static final Pattern INSTRUCTIONS =
      Pattern.compile("^\\S+ instructions (\\d+)\\r?$", Pattern.MULTILINE);
  private static final Pattern OK = Pattern.compile("^ok\\r?$", Pattern.MULTILINE);

  /**
   * @param where for the message if the guest did not check itself to be right
   */
  static GuestOutput parse(String where, String text) {
    Matcher checksum = CHECKSUM.matcher(text);
    if (!checksum.find() || !OK.matcher(text).find()) {
      throw new BenchmarkException("%s: not ok; it printed: %s".formatted(where, text.strip()));
    }
    Matcher instructions = INSTRUCTIONS.matcher(text);
    long count = instructions.find() ? Long.parseLong(instructions.group(1)) : 0;
    return new GuestOutput(checksum.group(1), count);
  }
}
