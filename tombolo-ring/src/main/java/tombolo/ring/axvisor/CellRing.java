// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * The ring of one direction in a region: its header and its cells, or slots in version 2. It holds
 * no index; each side keeps its own in a field, see {@link AxvisorRegion}.
 */
final class CellRing {
  static final long DIRECTION_AT = 0x00;
  static final long CAPACITY_AT = 0x04;
  static final long CELL_SIZE_AT = 0x08;
  static final long HEAD_AT = 0x0c;
  static final long TAIL_AT = 0x10;

  /** Bytes of a ring's header. */
  static final long HEADER = 0x20;

  /** The whole region, for a look whether it is still the one that this side has joined. */
  private final MemorySegment region;

  private final long magicAndVersion;
  private final long lastRing;

  final MemorySegment memory;
  final int capacity;
  final int payloadSize;
  private final int cellSize;
  private final int cellsOffset;

  CellRing(MemorySegment region, RegionFormat format, Direction direction) {
    AxvisorLayout layout = format.layout;
    this.region = region;
    this.magicAndVersion = RegionHeader.magicAndVersion(format);
    this.lastRing = RegionHeader.lastRing(format);
    this.memory = region.asSlice(layout.ringOffset(direction), layout.ringSize());
    this.capacity = layout.capacity();
    this.payloadSize = layout.payloadSize();
    this.cellSize = layout.cellSize();
    this.cellsOffset = layout.cellsOffset();
  }

  /** Loads the consumer's index with acquire: a count of cells, modulo 2³². */
  int head() {
    return (int) Words.INT.getAcquire(memory, HEAD_AT);
  }

  /**
   * Returns whether the region was laid out anew since this side had read that many cells. Only a
   * side that has read nothing can't tell, and it has missed nothing.
   */
  boolean isAnotherForReader(int head) {
    return (int) Words.INT.getAcquire(memory, HEAD_AT) != head || isAnotherLayout();
  }

  /** Returns whether the region was laid out anew since this side had written that many cells. */
  boolean isAnotherForWriter(int tail) {
    return (int) Words.INT.getAcquire(memory, TAIL_AT) != tail || isAnotherLayout();
  }

  /** Returns whether the rings are in other places now, where this side's index would not be. */
  private boolean isAnotherLayout() {
    return (long) Words.LONG.getAcquire(region, RegionHeader.TO_PUBLISHER_AT) != lastRing;
  }

  /**
   * Returns whether the headers are just being written, or are those of another version. What looks
   * like a breach of the protocol is none then.
   */
  boolean isBeingLaidOut() {
    return (long) Words.LONG.getAcquire(region, RegionHeader.MAGIC_AT) != magicAndVersion;
  }

  /**
   * Moves the consumer's index on by one cell, with release. Only the consumer does so, and whoever
   * lays the region out anew sets it to 0: then nothing is stored.
   *
   * @return false if it is not {@code head} any more
   */
  boolean moveHead(int head) {
    return (int) Words.INT.compareAndExchangeRelease(memory, HEAD_AT, head, head + 1) == head;
  }

  /** Loads the producer's index with acquire: a count of cells, modulo 2³². */
  int tail() {
    return (int) Words.INT.getAcquire(memory, TAIL_AT);
  }

  /**
   * Moves the producer's index on by one cell, with release, as {@link #moveHead} does.
   *
   * @return false, and nothing is stored, if it is not {@code tail} any more
   */
  boolean moveTail(int tail) {
    return (int) Words.INT.compareAndExchangeRelease(memory, TAIL_AT, tail, tail + 1) == tail;
  }

  /** Returns the offset of the cell with that index. The capacity is a power of two. */
  long cell(int index) {
    return cellsOffset + (long) (index & (capacity - 1)) * cellSize;
  }
}
