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

  final MemorySegment memory;
  final int capacity;
  final int payloadSize;
  private final int cellSize;
  private final int cellsOffset;

  CellRing(MemorySegment region, AxvisorLayout layout, Direction direction) {
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

  void setHead(int head) {
    Words.INT.setRelease(memory, HEAD_AT, head);
  }

  /** Loads the producer's index with acquire: a count of cells, modulo 2³². */
  int tail() {
    return (int) Words.INT.getAcquire(memory, TAIL_AT);
  }

  void setTail(int tail) {
    Words.INT.setRelease(memory, TAIL_AT, tail);
  }

  /** Returns the offset of the cell with that index. The capacity is a power of two. */
  long cell(int index) {
    return cellsOffset + (long) (index & (capacity - 1)) * cellSize;
  }
}
