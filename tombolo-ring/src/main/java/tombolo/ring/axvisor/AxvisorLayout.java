// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * The two layouts of AxVisor's version 3 region. Both are in use with the same magic, version and
 * feature word; the other fields tell them apart. See docs/ring-format.md. Immutable.
 *
 * <p>Every offset is a multiple of the cell size: one cell's worth for the region's header, then
 * the two rings, each with one cell's worth for its own header before its cells.
 */
public enum AxvisorLayout {
  /** 16 cells of 64 bytes for each direction, each with 40 bytes of payload. */
  CELL(64, 16),
  /** 32 cells of 256 bytes for each direction, each with 232 bytes of payload. */
  SLOT(256, 32);

  private final int cellSize;
  private final int capacity;

  AxvisorLayout(int cellSize, int capacity) {
    this.cellSize = cellSize;
    this.capacity = capacity;
  }

  /** Returns the size of a region in bytes: the least size of a channel's memory. */
  public int regionSize() {
    return ringOffset(Direction.TO_PUBLISHER) + ringSize();
  }

  /** Returns the number of cells in a ring, a power of two. */
  public int capacity() {
    return capacity;
  }

  /** Returns the size of a cell in bytes. */
  public int cellSize() {
    return cellSize;
  }

  /** Returns how many bytes of a message fit into one cell. */
  public int payloadSize() {
    return cellSize - Cell.HEADER;
  }

  /** Returns the offset of the cells in a ring, in bytes. */
  int cellsOffset() {
    return cellSize;
  }

  /** Returns the size of a ring in bytes. */
  int ringSize() {
    return cellsOffset() + capacity * cellSize;
  }

  /** Returns the offset of that direction's ring in the region, in bytes. */
  int ringOffset(Direction direction) {
    return cellSize + (direction == Direction.TO_SUBSCRIBER ? 0 : ringSize());
  }

  /** The side that a ring brings messages to. */
  enum Direction {
    TO_SUBSCRIBER(1),
    TO_PUBLISHER(2);

    private final int code;

    Direction(int code) {
      this.code = code;
    }

    /** Returns the number that stands for this direction in a ring's header. */
    int code() {
      return code;
    }
  }
}
