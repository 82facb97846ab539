// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

/** The receiving end of a contender. Used by the thread that asked for it. */
public interface Receiver {
  /** The most messages that one call takes, where the contender has such a limit. */
  int LIMIT = 256;

  /**
   * Takes the messages that are there. Tells {@link Arrivals} the length, the first 8 and the last
   * 8 bytes of each, read from where the contender has put it. May block.
   *
   * @return the number of messages taken
   */
  int poll();

  /**
   * Waits after a call, by the contender's own way of busy waiting.
   *
   * @param count the number of messages that the call took
   */
  default void idle(int count) {
    if (count == 0) {
      Thread.onSpinWait();
    }
  }
}
