// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

/** The sending end of a contender. Used by the thread that asked for it. */
public interface Sender {
  /**
   * Sends a message of the fork's size, if there is room for it. The bytes between the first and
   * the last 8 are copied from a buffer that does not change.
   *
   * @param first its first 8 bytes
   * @param last its last 8 bytes
   * @return whether there was room
   */
  boolean trySend(long first, long last);

  /** Waits for room, by the contender's own way of busy waiting. */
  default void idle() {
    Thread.onSpinWait();
  }
}
