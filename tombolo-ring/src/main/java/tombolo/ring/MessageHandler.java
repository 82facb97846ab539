// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/** Handles each message that a reader reads. Called by the thread that polls. */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Reads one message in place, in the ring. When this returns or throws, the message is consumed
   * and its bytes belong to the writer again, so neither they nor the segment may be kept.
   *
   * <p>A hostile writer can change the bytes while they are read: copy them before you check them.
   * It cannot change the parameters.
   *
   * @param type the message's type, at least 1
   * @param data the ring's data area, read-only; only the message's bytes mean anything
   * @param offset of the first byte in the data area, in bytes, a multiple of 8
   * @param length of the message in bytes, from 0; offset + length is inside the data area
   */
  void onMessage(int type, MemorySegment data, int offset, int length);
}
