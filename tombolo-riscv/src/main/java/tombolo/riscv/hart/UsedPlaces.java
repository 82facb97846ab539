// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.function.IntConsumer;

/**
 * Places of a table that are used, each listed once, so that clearing the table costs no more than
 * filling it did. Used by the hart's thread only.
 */
final class UsedPlaces {
  private final int[] list;
  private final long[] isListed;
  private int count;

  /**
   * Makes an empty list.
   *
   * @param places how many the table has, a power of two from 64
   */
  UsedPlaces(int places) {
    list = new int[places];
    isListed = new long[places / Long.SIZE];
  }

  /** Adds a place, from 0. */
  void add(int place) {
    int word = place / Long.SIZE;
    long bit = 1L << place;
    if ((isListed[word] & bit) == 0) {
      isListed[word] |= bit;
      list[count++] = place;
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Clears each place, and empties the list. */
  void drain(IntConsumer clear) {
    for (int i = 0; i < count; i++) {
      int place = list[i];
      isListed[place / Long.SIZE] = 0;
      clear.accept(place);
    }
    count = 0;
  }
}
