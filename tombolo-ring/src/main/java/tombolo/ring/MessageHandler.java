// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/** What a reader does with each message. Called by the thread that polls. */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Reads one message, where it lies in the ring. When this returns or throws, the message is
   * consumed and its bytes are the writer's again, so neither they nor the segment may be kept.
   *
   * <p>A hostile writer can change the bytes while they are read: what is checked must be copied
   * first. It cannot change what the parameters say.
   *
   * @param type the message's type, at least 1
   * @param data the ring's data area, read-only; only the message's bytes mean anything
   * @param offset of the first byte in the data area, a multiple of 8
   * @param length bytes, from 0; offset + length is inside the data area
   */
  void onMessage(int type, MemorySegment data, int offset, int length);
}
