// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * The header of a region v3, and those of its rings: how a publisher writes them, and a copy of
 * what a subscriber finds, each word read once. See docs/ring-format.md.
 */
final class RegionHeader {
  static final int MAGIC = 0x49564332;

  static final long MAGIC_AT = 0x10;
  static final long VERSION_AT = 0x14;
  static final long HEADER_SIZE_AT = 0x18;
  static final long REGION_SIZE_AT = 0x1c;
  static final long FEATURES_AT = 0x20;
  static final long TO_SUBSCRIBER_AT = 0x24;
  static final long TO_PUBLISHER_AT = 0x28;
  static final long RING_SIZE_AT = 0x2c;
  private static final long END = 0x30;

  /** What a word of a header is called, where it is in the region and what it must be. */
  private record Field(String name, long at, int value) {
    void write(MemorySegment region) {
      Words.INT.setRelease(region, at, value);
    }

    Optional<String> check(int found) {
      if (found == value) {
        return Optional.empty();
      }
      String expected =
          at == REGION_SIZE_AT
              ? AxvisorLayout.CELL.regionSize() + " or " + AxvisorLayout.SLOT.regionSize()
              : Integer.toString(value);
      return Optional.of(
          "%s %s at 0x%x, expected %s"
              .formatted(name, Integer.toUnsignedString(found), at, expected));
    }
  }

  private final int[] words = new int[(int) (END - MAGIC_AT) / Integer.BYTES];

  private RegionHeader(MemorySegment region) {
    for (int i = 0; i < words.length; i++) {
      words[i] = (int) Words.INT.getAcquire(region, MAGIC_AT + (long) i * Integer.BYTES);
    }
  }

  /** Writes all headers: the magic cleared first, then the rings, the region's, the magic last. */
  static void write(MemorySegment region, AxvisorLayout layout) {
    new Field("magic", MAGIC_AT, 0).write(region);
    for (Direction direction : Direction.values()) {
      ring(layout, direction).forEach(field -> field.write(region));
      int ring = layout.ringOffset(direction);
      for (long at = CellRing.HEAD_AT; at < CellRing.HEADER; at += Integer.BYTES) {
        new Field("indices, reserved", ring + at, 0).write(region);
      }
    }
    // The version last, before the magic.
    region(layout).reversed().forEach(field -> field.write(region));
    new Field("magic", MAGIC_AT, MAGIC).write(region);
  }

  /** The region's header, the magic loaded first; empty where there is no magic. */
  static Optional<RegionHeader> read(MemorySegment region) {
    RegionHeader header = new RegionHeader(region);
    return header.word(MAGIC_AT) == MAGIC ? Optional.of(header) : Optional.empty();
  }

  /** The layout, by the region's size; any where it is that of none, which the check then tells. */
  AxvisorLayout layout() {
    return word(REGION_SIZE_AT) == AxvisorLayout.SLOT.regionSize()
        ? AxvisorLayout.SLOT
        : AxvisorLayout.CELL;
  }

  /** What is wrong with the first field that is, with those of the rings in the memory. */
  Optional<String> check(MemorySegment region) {
    AxvisorLayout layout = layout();
    for (Field field : region(layout)) {
      Optional<String> wrong = field.check(word(field.at));
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    if (region.byteSize() < layout.regionSize()) {
      return Optional.of(
          "the channel has %d bytes, layout %s needs %d"
              .formatted(region.byteSize(), layout, layout.regionSize()));
    }
    for (Direction direction : Direction.values()) {
      for (Field field : ring(layout, direction)) {
        Optional<String> wrong = field.check((int) Words.INT.getAcquire(region, field.at));
        if (wrong.isPresent()) {
          return wrong;
        }
      }
    }
    return Optional.empty();
  }

  private int word(long at) {
    return words[(int) (at - MAGIC_AT) / Integer.BYTES];
  }

  private static List<Field> region(AxvisorLayout layout) {
    return List.of(
        new Field("version", VERSION_AT, 3),
        new Field("region size", REGION_SIZE_AT, layout.regionSize()),
        new Field("header size", HEADER_SIZE_AT, 32),
        new Field("features", FEATURES_AT, 1),
        new Field("ring offset", TO_SUBSCRIBER_AT, layout.ringOffset(Direction.TO_SUBSCRIBER)),
        new Field("ring offset", TO_PUBLISHER_AT, layout.ringOffset(Direction.TO_PUBLISHER)),
        new Field("ring size", RING_SIZE_AT, layout.ringSize()));
  }

  private static List<Field> ring(AxvisorLayout layout, Direction direction) {
    int ring = layout.ringOffset(direction);
    return List.of(
        new Field("ring direction", ring + CellRing.DIRECTION_AT, direction.code()),
        new Field("ring capacity", ring + CellRing.CAPACITY_AT, layout.capacity()),
        new Field("cell size", ring + CellRing.CELL_SIZE_AT, layout.cellSize()));
  }
}
