// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

/** The sending end of a contender. Used by the thread that asked for it. */
interface Sender {
  /**
   * Sends a message of the fork's size, if there is room for it. The bytes between its first and
   * its last 8 are copied from a buffer that stays the same.
   *
   * @param first its first 8 bytes
   * @param last its last 8 bytes
   * @return whether there was room
   */
  boolean trySend(long first, long last);

  /** What the contender does, by its own way of busy waiting, until there is room. */
  default void idle() {
    Thread.onSpinWait();
  }
}
