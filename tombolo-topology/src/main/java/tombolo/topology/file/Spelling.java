// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses what somebody meant. */
final class Spelling {
  private static final int MOST_EDITS = 2;
  private static final int LONGEST_WORD = 64;

  /** A file of a thousand wrong names has to be refused soon, too. */
  private static final int MOST_WORDS = 256;

  private Spelling() {}

  /** The word most like this one, if one is so alike that it may have been meant. */
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

  /** As an end of a message; empty where nothing is alike. */
  static String didYouMean(String word, Collection<String> words) {
    return nearest(word, words).map(other -> "; did you mean " + other + "?").orElse("");
  }

  /**
   * How many letters were left out, put in, mistaken or swapped with their neighbours, without
   * regard to case; more than the most where that is plain from the lengths.
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
