// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * The two layouts of AxVisor's region v3. Both are in use with the same magic, version and feature
 * word; the other fields tell them apart. See docs/ring-format.md. Immutable.
 *
 * <p>Everything lies at multiples of a cell: the region's header has one to itself, then come the
 * two rings, and each has one for its own header before its cells.
 */
public enum AxvisorLayout {
  /** 16 cells of 64 bytes for each direction, 40 of them payload. */
  CELL(64, 16),
  /** 32 cells of 256 bytes for each direction, 232 of them payload. */
  SLOT(256, 32);

  private final int cellSize;
  private final int capacity;

  AxvisorLayout(int cellSize, int capacity) {
    this.cellSize = cellSize;
    this.capacity = capacity;
  }

  /** Bytes of a region: what a channel must have at least. */
  public int regionSize() {
    return ringOffset(Direction.TO_PUBLISHER) + ringSize();
  }

  /** Cells of a ring. */
  public int capacity() {
    return capacity;
  }

  /** Bytes of a cell. */
  public int cellSize() {
    return cellSize;
  }

  /** Bytes of a message that fit into one cell. */
  public int payloadSize() {
    return cellSize - Cell.HEADER;
  }

  /** Where the cells begin in a ring. */
  int cellsOffset() {
    return cellSize;
  }

  /** Bytes of a ring. */
  int ringSize() {
    return cellsOffset() + capacity * cellSize;
  }

  /** Where that direction's ring begins in the region. */
  int ringOffset(Direction direction) {
    return cellSize + (direction == Direction.TO_SUBSCRIBER ? 0 : ringSize());
  }

  /** Which side a ring brings messages to. */
  enum Direction {
    TO_SUBSCRIBER(1),
    TO_PUBLISHER(2);

    private final int code;

    Direction(int code) {
      this.code = code;
    }

    /** What the ring's header says. */
    int code() {
      return code;
    }
  }
}
