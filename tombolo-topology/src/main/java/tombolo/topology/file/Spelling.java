// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which word a person meant. */
final class Spelling {
  private static final int MOST_EDITS = 2;
  private static final int LONGEST_WORD = 64;

  /** Keeps the time short in which a file of a thousand wrong names is refused. */
  private static final int MOST_WORDS = 256;

  private Spelling() {}

  /** Returns the word most like this one, if one is enough like it. */
  static Optional<String> nearest(String word, Collection<String> words) {
    if (word.length() > LONGEST_WORD) {
      return Optional.empty();
    }
    int most = Math.min(MOST_EDITS, word.length() / 2);
    return words.stream()
        .limit(MOST_WORDS)
        .filter(other -> edits(word, other) <= most)
        .min(Comparator.comparingInt(other -> edits(word, other)));
  }

  /** Returns the end of a message; empty if no word is enough like this one. */
  static String didYouMean(String word, Collection<String> words) {
    return nearest(word, words).map(other -> "; did you mean " + other + "?").orElse("");
  }

  /**
   * Counts letters that are missing, added, wrong or swapped with their neighbours, whatever their
   * case. Returns more than the most at once if the lengths differ too much.
   */
  private static int edits(String one, String other) {
    if (Math.abs(one.length() - other.length()) > MOST_EDITS) {
      return MOST_EDITS + 1;
    }
    String a = one.toLowerCase(Locale.ROOT);
    String b = other.toLowerCase(Locale.ROOT);
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : cheapest(edits, a, b, i, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int cheapest(int[][] edits, String a, String b, int i, int j) {
    int mistaken = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(mistaken, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, 1 + edits[i - 2][j - 2]) : least;
  }
}
