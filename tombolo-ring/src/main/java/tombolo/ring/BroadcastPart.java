// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * Where things are in the parts of a {@link BroadcastRing}, beyond what {@link Part} says of every
 * head. See docs/ring-format.md.
 */
final class BroadcastPart {
  /** In a reader's part: {@link #HOLDS} or {@link #LOSSY}, where a writer has its capacity. */
  static final long MODE_AT = Part.CAPACITY_AT;

  static final long HOLDS = 1;
  static final long LOSSY = 2;

  /** The generation whose stream is in the data area; 0 while one is begun. */
  static final long STREAM_AT = 0x28;

  /** The position up to which the writer may have stored into the data area. */
  static final long CLAIMED_AT = 0x30;

  /** The newest record's position. */
  static final long LATEST_AT = 0x90;

  /** In a reader's part: messages lost since it joined the stream, for those who look on. */
  static final long LOST_AT = 0x88;

  /** In the table, of each reader: the generation dealt with, and where the writer holds back. */
  static final long TABLE_AT = Part.HEAD;

  static final int ENTRY = 16;

  static final long DATA_AT = TABLE_AT + (long) BroadcastRing.MAX_READERS * ENTRY;

  /** What the word at {@link #holdAt} says when the writer does not, or no longer, hold back. */
  static final long LET_GO = 2;

  private static final long AFTER_LIVES = Part.LIVES_AT + Long.BYTES;

  private BroadcastPart() {}

  static long generationAt(int reader) {
    return TABLE_AT + (long) reader * ENTRY;
  }

  /** Of a word that is the position at which the reader was admitted, plus 1; or 0 or 2. */
  static long holdAt(int reader) {
    return generationAt(reader) + Long.BYTES;
  }

  /**
   * Begins another life of the writer. What the readers of an earlier one need stays: the table,
   * what describes the stream, and the data area.
   *
   * @param remembered generations that the new one must differ from
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
    Words.LONG.setRelease(own, Part.GENERATION_AT, 0L); // after all that the last life has stored
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
    Words.INT.setOpaque(own, Part.SLEEP_AT, (sleep + 1) & ~1); // numbered on, as in every part
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
