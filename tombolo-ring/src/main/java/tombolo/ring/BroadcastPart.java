// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * The layout of the parts of a {@link BroadcastRing}, beyond the head that {@link Part} describes.
 * See docs/ring-format.md, "BroadcastRing".
 */
final class BroadcastPart {
  /** In a reader's part: {@link #HOLDS} or {@link #LOSSY}, in place of a writer's capacity. */
  static final long MODE_AT = Part.CAPACITY_AT;

  static final long HOLDS = 1;
  static final long LOSSY = 2;

  /** The generation whose stream is in the data area; 0 while a stream is being begun. */
  static final long STREAM_AT = 0x28;

  /** The position up to which the writer may have stored into the data area. */
  static final long CLAIMED_AT = 0x30;

  /** The position of the newest record. */
  static final long LATEST_AT = 0x90;

  /** In a reader's part: messages lost, for onlookers. */
  static final long LOST_AT = 0x88;

  /**
   * The table of readers. An entry holds the generation dealt with and the {@link #holdAt} word.
   */
  static final long TABLE_AT = Part.HEAD;

  static final int ENTRY = 16;

  static final long DATA_AT = TABLE_AT + (long) BroadcastRing.MAX_READERS * ENTRY;

  /** Value of the word at {@link #holdAt} when the writer does not, or no longer, hold back. */
  static final long LET_GO = 2;

  private static final long AFTER_LIVES = Part.LIVES_AT + Long.BYTES;

  private BroadcastPart() {}

  static long generationAt(int reader) {
    return TABLE_AT + (long) reader * ENTRY;
  }

  /** Returns the offset of a word: the position at which the reader was admitted, plus 1; 0; 2. */
  static long holdAt(int reader) {
    return generationAt(reader) + Long.BYTES;
  }

  /**
   * Begins another life of the writer. Keeps everything that readers of an earlier life need: the
   * table, the description of the stream, and the data area.
   *
   * @param remembered generations that the new one must differ from
   * @return the new generation
   */
  static long formatWriter(MemorySegment own, long capacity, long[] remembered) {
    boolean isNew = Part.BROADCAST_WRITER.validate(own) != null;
    long stream = isNew ? 0 : (long) Words.LONG.getOpaque(own, STREAM_AT);
    long before = (long) Words.LONG.getOpaque(own, Part.GENERATION_AT);
    long generation = (long) Words.LONG.getOpaque(own, Part.LIVES_AT) + 1;
    while (generation == 0
        || generation == before
        || generation == stream
        || contains(remembered, generation)) {
      generation++;
    }
    Words.LONG.setRelease(own, Part.GENERATION_AT, 0L); // after all stores of the last life
    VarHandle.storeStoreFence();
    if (isNew) {
      own.asSlice(Part.PEER_AT, Part.LIVES_AT - Part.PEER_AT).fill((byte) 0);
      own.asSlice(AFTER_LIVES, DATA_AT - AFTER_LIVES).fill((byte) 0);
      VarHandle.storeStoreFence();
    }
    Words.LONG.setOpaque(own, Part.LIVES_AT, generation);
    VarHandle.storeStoreFence();
    Part.BROADCAST_WRITER.describe(own, capacity);
    int sleep = (int) Words.INT.getOpaque(own, Part.SLEEP_AT);
    Words.INT.setOpaque(
        own, Part.SLEEP_AT, (sleep + 1) & ~1); // the numbers continue, as in every part
    Words.LONG.setRelease(own, Part.GENERATION_AT, generation);
    return generation;
  }

  private static boolean contains(long[] numbers, long number) {
    for (long each : numbers) {
      if (each == number) {
        return true;
      }
    }
    return false;
  }
}
