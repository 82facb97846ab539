// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import java.util.SplittableRandom;

/** All the randomness of one program: the same seed and index draw the same program for ever. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed, int index) {
    random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + index);
  }

  /** From {@code low} to {@code high}, both included. */
  int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  boolean percent(int probability) {
    return random.nextInt(100) < probability;
  }

  long bits64() {
    return random.nextLong();
  }

  int bits32() {
    return random.nextInt();
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  @SafeVarargs
  final <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
