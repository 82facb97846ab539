// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What the harness printed of one program.
 *
 * @param hash of the final state
 * @param retired instructions of the program itself; exact where the target's {@code instret} is,
 *     and not compared
 * @param causes one bit for each cause of a trap seen: cause, plus 16 from S-mode, plus 32 for
 *     interrupts
 * @param state each word of the final state by its name, if the harness was asked for it; else
 *     empty
 */
record Outcome(long hash, long retired, long causes, Map<String, Long> state) {
  private static final Pattern LINE =
      Pattern.compile("(?m)^P ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)\r?\n");
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final Pattern DETAIL = Pattern.compile("(?m)^([STMV])((?: [0-9a-f]+)+)\r?\n");

  /** The numbers of the bits in {@link #causes}. */
  IntStream causeNumbers() {
    return IntStream.range(0, 64).filter(bit -> (causes >>> bit & 1) != 0);
  }

  /** The outcomes by the programs' indexes. A program that did not end has none. */
  static Map<Integer, Outcome> parse(String console) {
    Map<Integer, Outcome> outcomes = new TreeMap<>();
    Matcher line = LINE.matcher(console);
    boolean found = line.find();
    while (found) {
      int index = (int) word(line.group(1));
      long hash = word(line.group(2));
      long retired = word(line.group(3));
      long causes = word(line.group(4));
      int start = line.end();
      found = line.find();
      String details = console.substring(start, found ? line.start() : console.length());
      outcomes.put(index, new Outcome(hash, retired, causes, details(details)));
    }
    return outcomes;
  }

  private static Map<String, Long> details(String console) {
    Map<String, Long> state = new LinkedHashMap<>();
    Matcher line = DETAIL.matcher(console);
    while (line.find()) {
      String[] words = SPACE.split(line.group(2).strip(), -1);
      switch (line.group(1)) {
        case "S" -> state.put(StateNames.register((int) word(words[0])), word(words[1]));
        case "V" -> state.put(StateNames.vector((int) word(words[0])), word(words[1]));
        case "M" -> state.put(StateNames.memory(word(words[0])), word(words[1]));
        default -> {
          for (int i = 1; i < words.length; i++) {
            state.put(StateNames.trap((int) word(words[0]), i - 1), word(words[i]));
          }
        }
      }
    }
    return state;
  }

  private static long word(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }
}
