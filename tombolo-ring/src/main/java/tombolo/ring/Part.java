// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * The head of one side's part of a ring: its fields and their offsets. See docs/ring-format.md,
 * "Two parts".
 *
 * <p>The generation is stored last, with release, and loaded first, with acquire. It is 0 while the
 * rest is being written. So a side that finds the same generation before and after it loads the
 * rest has loaded what belongs to that generation.
 */
enum Part {
  /** The writer's part of an {@link SpscRing}; the data area follows its head. */
  WRITER(0x57424d54),
  /** The reader's part of an {@link SpscRing}. */
  READER(0x52424d54),
  /** The writer's part of a {@link BroadcastRing}. */
  BROADCAST_WRITER(0x42424d54),
  /** The part of a reader of a {@link BroadcastRing}. */
  BROADCAST_READER(0x53424d54);

  static final int VERSION = 1;

  static final long MAGIC_AT = 0x00;
  static final long VERSION_AT = 0x04;
  static final long CAPACITY_AT = 0x08;

  /** The generation, which numbers the lives of this side; 0 if this side is not there. */
  static final long GENERATION_AT = 0x10;

  /** The generation of the other side that this side has joined; 0 if none. */
  static final long PEER_AT = 0x18;

  /** Odd while this side sleeps and wants to be rung, with another number for each sleep. */
  static final long SLEEP_AT = 0x20;

  /**
   * In the writer's part: its generation when it joined the reader of {@link #PEER_AT}. A new life
   * leaves both words unchanged until it joins a reader itself. So a reader that looks late still
   * finds that the last life had begun a stream for it.
   */
  static final long JOINED_AS_AT = 0x28;

  /** The latest generation of this side; unchanged when the side leaves. */
  static final long LIVES_AT = 0x38;

  static final long POSITION_AT = 0x80;

  /** In the writer's part: number of messages in the stream, for onlookers. */
  static final long MESSAGES_AT = 0x88;

  /** Size of a head in bytes. */
  static final int HEAD = 0x100;

  /** Bit in the word of a reader's position, a multiple of 8: there is a reader. */
  static final long PRESENT = 1;

  private final int magic;

  Part(int magic) {
    this.magic = magic;
  }

  /** Throws IllegalArgumentException unless a segment can be this side's own part. */
  static void checkOwn(MemorySegment part, long size, String side) {
    checkPeers(part, side);
    if (part.isReadOnly()) {
      throw new IllegalArgumentException("the " + side + "'s part is read-only");
    }
    if (part.byteSize() < size) {
      throw new IllegalArgumentException(
          "the %s's part has %d bytes and needs %d".formatted(side, part.byteSize(), size));
    }
  }

  /** Returns whether a segment is aligned and has room for a head. */
  static boolean canHold(MemorySegment part) {
    return part.byteSize() >= HEAD && part.maxByteAlignment() >= Long.BYTES;
  }

  /** Throws IllegalArgumentException unless a segment can be the other side's part. */
  static void checkPeers(MemorySegment part, String side) {
    if (part.maxByteAlignment() < Long.BYTES) {
      throw new IllegalArgumentException("a ring's memory must be aligned to 8 bytes: " + part);
    }
    if (part.byteSize() < HEAD) {
      throw new IllegalArgumentException(
          "the %s's part has %d bytes, its head alone needs %d"
              .formatted(side, part.byteSize(), HEAD));
    }
  }

  /**
   * Begins another life of this side. Its generation is neither the last one, nor the one that the
   * other side remembers, nor the one that joined the other side last.
   *
   * @param remembered the generation that the other side has joined
   * @return the new generation
   */
  long format(MemorySegment own, long capacity, long remembered) {
    long before = (long) Words.LONG.getOpaque(own, GENERATION_AT);
    long joined = this == WRITER ? (long) Words.LONG.getOpaque(own, JOINED_AS_AT) : 0;
    long generation = (long) Words.LONG.getOpaque(own, LIVES_AT) + 1;
    while (generation == 0
        || generation == before
        || generation == remembered
        || generation == joined) {
      generation++;
    }
    Words.LONG.setRelease(own, GENERATION_AT, 0L); // after all stores of the last life
    VarHandle.storeStoreFence();
    describe(own, capacity);
    // Not 0 again: a side that has rung for a sleep of an earlier life would not ring for this
    // one's.
    Words.INT.set(own, SLEEP_AT, ((int) Words.INT.getOpaque(own, SLEEP_AT) + 1) & ~1);
    Words.INT.set(own, SLEEP_AT + Integer.BYTES, 0);
    Words.LONG.set(own, LIVES_AT, generation);
    Words.LONG.set(own, JOINED_AS_AT + Long.BYTES, 0L);
    own.asSlice(LIVES_AT + Long.BYTES, HEAD - LIVES_AT - Long.BYTES).fill((byte) 0);
    if (this != WRITER) {
      Words.LONG.set(own, PEER_AT, 0L);
      Words.LONG.set(own, POSITION_AT, this == READER ? PRESENT : 0L);
    }
    Words.LONG.setRelease(own, GENERATION_AT, generation);
    return generation;
  }

  /** Stores magic number, version and capacity. */
  void describe(MemorySegment own, long capacity) {
    Words.INT.set(own, MAGIC_AT, magic);
    Words.INT.set(own, VERSION_AT, VERSION);
    Words.LONG.set(own, CAPACITY_AT, capacity);
  }

  /** Returns the kind of the other side's part. */
  Part peer() {
    return switch (this) {
      case WRITER -> READER;
      case READER -> WRITER;
      case BROADCAST_WRITER -> BROADCAST_READER;
      case BROADCAST_READER -> BROADCAST_WRITER;
    };
  }

  /** Returns whether there is no magic number: never a part, or a part that is being cleared. */
  boolean isBlank(MemorySegment part) {
    return (int) Words.INT.getOpaque(part, MAGIC_AT) == 0;
  }

  /** Returns what is wrong with the fields that are the same in all parts of this kind, or null. */
  @Nullable Breach validate(MemorySegment peers) {
    int foundMagic = (int) Words.INT.getOpaque(peers, MAGIC_AT);
    int version = (int) Words.INT.getOpaque(peers, VERSION_AT);
    return foundMagic == magic && version == VERSION ? null : Breach.HEAD;
  }
}
