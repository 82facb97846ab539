// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

/**
 * The order in which contenders take their slices, round by round.
 *
 * <p>Over one {@link #cycle}, each contender has each position in a round equally often, and
 * follows each other contender equally often (a balanced Latin square). So neither the position nor
 * what a predecessor leaves in the caches favors anybody.
 *
 * @param contenders how many there are; at least 1
 */
public record Rotation(int contenders) {
  public Rotation {
    if (contenders < 1) {
      throw new IllegalArgumentException("no contenders");
    }
  }

  /** Returns the number of rounds after which the orders repeat. */
  public int cycle() {
    return contenders % 2 == 0 ? contenders : 2 * contenders;
  }

  /** Returns the least multiple of {@link #cycle} that is at least {@code rounds}. */
  public int roundUp(int rounds) {
    return Math.ceilDiv(rounds, cycle()) * cycle();
  }

  /**
   * Returns the contenders of one round, each once, in order.
   *
   * @param round counts from 0
   */
  public int[] order(int round) {
    int row = round % cycle();
    int[] order = new int[contenders];
    for (int position = 0; position < contenders; position++) {
      order[position] = (zigzag(position) + row) % contenders;
    }
    // An odd number needs each row once more, backwards.
    return row < contenders ? order : reversed(order);
  }

  /** Returns 0, 1, n - 1, 2, n - 2, and so on: all distances between neighbors differ. */
  private int zigzag(int position) {
    int step = (position + 1) / 2;
    return position % 2 == 1 ? step : (contenders - step) % contenders;
  }

  private static int[] reversed(int[] order) {
    int[] reversed = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      reversed[i] = order[order.length - 1 - i];
    }
    return reversed;
  }
}
