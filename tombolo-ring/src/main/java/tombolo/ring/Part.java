// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The head of one side's part of a ring: what it says and where. See docs/ring-format.md.
 *
 * <p>The magic number is stored last, with release, and loaded first, with acquire. So who finds it
 * finds the other fields of the same format call, or of a later one.
 */
enum Part {
  /** Only the writer writes it; the data area follows its head. */
  WRITER("writer", 0x57424d54),
  /** Only the reader writes it. */
  READER("reader", 0x52424d54);

  static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
  static final VarHandle LONG =
      ValueLayout.JAVA_LONG
          .withOrder(ByteOrder.LITTLE_ENDIAN)
          .varHandle()
          .withInvokeExactBehavior();

  static final int VERSION = 1;

  static final long MAGIC_AT = 0x00;
  static final long VERSION_AT = 0x04;
  static final long CAPACITY_AT = 0x08;
  static final long GENERATION_AT = 0x10;
  static final long POSITION_AT = 0x80;

  /** Bytes of a head. */
  static final int HEAD = 0x100;

  private final String side;
  private final int magic;

  Part(String side, int magic) {
    this.side = side;
    this.magic = magic;
  }

  /** Bytes of this part of a ring. */
  long size(int capacity) {
    return this == WRITER ? HEAD + (long) capacity : HEAD;
  }

  /** Begins a stream: position 0, and nothing of an earlier stream is left in the head. */
  void format(MemorySegment part, int capacity, long generation) {
    checkPlace(part);
    if (part.isReadOnly()) {
      throw new IllegalArgumentException("the " + side + "'s part is read-only");
    }
    if (!SpscRing.isCapacity(capacity)) {
      throw new IllegalArgumentException(
          "capacity " + capacity + " is no power of two from 64 to 1 GiB");
    }
    if (part.byteSize() < size(capacity)) {
      throw new IllegalArgumentException(
          "the %s's part has %d bytes, capacity %d needs %d"
              .formatted(side, part.byteSize(), capacity, size(capacity)));
    }
    INT.setOpaque(part, MAGIC_AT, 0);
    VarHandle.fullFence();
    part.asSlice(0, HEAD).fill((byte) 0);
    INT.set(part, VERSION_AT, VERSION);
    LONG.set(part, CAPACITY_AT, (long) capacity);
    LONG.set(part, GENERATION_AT, generation);
    INT.setRelease(part, MAGIC_AT, magic);
  }

  /**
   * Checks every field of a head, each read once, and returns the capacity.
   *
   * @throws InvalidRingException at the first field that is wrong
   */
  int validate(MemorySegment part, long generation) {
    checkPlace(part);
    if (part.byteSize() < HEAD) {
      throw new IllegalArgumentException(
          "the %s's part has %d bytes, its head alone needs %d"
              .formatted(side, part.byteSize(), HEAD));
    }
    int foundMagic = (int) INT.getAcquire(part, MAGIC_AT);
    if (foundMagic != magic) {
      throw invalid("magic number 0x%08x, expected 0x%08x".formatted(foundMagic, magic));
    }
    int version = (int) INT.getOpaque(part, VERSION_AT);
    if (version != VERSION) {
      throw invalid("version %d, expected %d".formatted(version, VERSION));
    }
    long capacity = (long) LONG.getOpaque(part, CAPACITY_AT);
    if (!SpscRing.isCapacity(capacity)) {
      throw invalid("capacity %d is no power of two from 64 to 1 GiB".formatted(capacity));
    }
    if (part.byteSize() < size((int) capacity)) {
      throw invalid(
          "capacity %d needs %d bytes, the memory has %d"
              .formatted(capacity, size((int) capacity), part.byteSize()));
    }
    long found = (long) LONG.getOpaque(part, GENERATION_AT);
    if (found != generation) {
      throw invalid("generation %d, expected %d".formatted(found, generation));
    }
    return (int) capacity;
  }

  private static void checkPlace(MemorySegment part) {
    if (part.maxByteAlignment() < Long.BYTES) {
      throw new IllegalArgumentException("a ring's memory must be aligned to 8 bytes: " + part);
    }
  }

  private InvalidRingException invalid(String what) {
    return new InvalidRingException("the " + side + "'s part of the ring: " + what);
  }
}
