// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

/** The receiving end of a contender. Used by the thread that asked for it. */
interface Receiver {
  /** Messages that one call takes at the most, where the contender can be told. */
  int LIMIT = 256;

  /**
   * Takes what is there, and tells {@link Arrivals} of each message its length, its first and its
   * last 8 bytes, read from where the contender has put it. May block.
   *
   * @return how many it took
   */
  int poll();

  /**
   * What the contender does after each call, by its own way of busy waiting.
   *
   * @param count what the call took
   */
  default void idle(int count) {
    if (count == 0) {
      Thread.onSpinWait();
    }
  }
}
