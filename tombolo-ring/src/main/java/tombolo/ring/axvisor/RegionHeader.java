// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * The header of AxVisor's region, in version 2 or 3, together with the headers of its rings: writes
 * them for a publisher, and holds a copy of the region's header for a subscriber, each word read
 * once. See docs/ring-format.md.
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

  /** A word of a header: its name, its offset in the region and the value that it must have. */
  private record Field(String name, long at, int value, String expected) {
    Field(String name, long at, int value) {
      this(name, at, value, Integer.toString(value));
    }

    void write(MemorySegment region) {
      Words.INT.setRelease(region, at, value);
    }

    Optional<String> check(int found) {
      return found == value ? Optional.empty() : Optional.of(wrong(name, found, at, expected));
    }
  }

  /** Returns the 64 bits at {@link #MAGIC_AT} of a region in that format. */
  static long magicAndVersion(RegionFormat format) {
    return Integer.toUnsignedLong(MAGIC) | (long) format.version << 32;
  }

  /** Returns the 64 bits at {@link #TO_PUBLISHER_AT}, which tell the layouts apart. */
  static long lastRing(RegionFormat format) {
    return format.layout.ringOffset(Direction.TO_PUBLISHER) | (long) format.layout.ringSize() << 32;
  }

  private final int[] words = new int[(int) (END - MAGIC_AT) / Integer.BYTES];

  private RegionHeader(MemorySegment region) {
    for (int i = 0; i < words.length; i++) {
      words[i] = (int) Words.INT.getAcquire(region, MAGIC_AT + (long) i * Integer.BYTES);
    }
  }

  /** Writes all headers: clears the magic first, then the rings, the region's, the magic last. */
  static void write(MemorySegment region, RegionFormat format) {
    new Field("magic", MAGIC_AT, 0).write(region);
    for (Direction direction : Direction.values()) {
      ring(format, direction).forEach(field -> field.write(region));
      int ring = format.layout.ringOffset(direction);
      for (long at = CellRing.HEAD_AT; at < CellRing.HEADER; at += Integer.BYTES) {
        new Field("indices, reserved", ring + at, 0).write(region);
      }
    }
    // The version is the last word before the magic.
    region(format).reversed().forEach(field -> field.write(region));
    new Field("magic", MAGIC_AT, MAGIC).write(region);
  }

  /** Reads the region's header, the magic first; empty if there is no magic. */
  static Optional<RegionHeader> read(MemorySegment region) {
    RegionHeader header = new RegionHeader(region);
    return header.word(MAGIC_AT) == MAGIC ? Optional.of(header) : Optional.empty();
  }

  /** Returns the version, any value. */
  int version() {
    return word(VERSION_AT);
  }

  /**
   * Returns the format that the version and the place of the first ring claim. Where they fit no
   * format, it is one that {@link #check} finds wrong.
   */
  RegionFormat format() {
    if (version() == RegionFormat.V2.version) {
      return RegionFormat.V2;
    }
    return word(TO_SUBSCRIBER_AT) == AxvisorLayout.SLOT.ringOffset(Direction.TO_SUBSCRIBER)
        ? RegionFormat.V3_SLOT
        : RegionFormat.V3_CELL;
  }

  /**
   * Checks the copy and then the rings' headers in the memory. Returns what is wrong with the first
   * wrong field, or empty.
   */
  Optional<String> check(MemorySegment region) {
    RegionFormat format = format();
    for (Field field : region(format)) {
      Optional<String> wrong = check(field);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    AxvisorLayout layout = format.layout;
    if (region.byteSize() < layout.regionSize()) {
      return Optional.of(
          "the channel has %d bytes, layout %s needs %d"
              .formatted(region.byteSize(), layout, layout.regionSize()));
    }
    int size = word(REGION_SIZE_AT);
    if (region.byteSize() < Integer.toUnsignedLong(size)) {
      return Optional.of(
          wrong("region size", size, REGION_SIZE_AT, "at most " + region.byteSize()));
    }
    for (Direction direction : Direction.values()) {
      for (Field field : ring(format, direction)) {
        Optional<String> wrong = field.check((int) Words.INT.getAcquire(region, field.at));
        if (wrong.isPresent()) {
          return wrong;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Checks a word of the copy. A region may be larger than its rings need, and may have features
   * that this side does not know: every place and size is given by another word, and is checked.
   */
  private Optional<String> check(Field field) {
    int found = word(field.at);
    boolean harmless =
        switch ((int) field.at) {
          case (int) REGION_SIZE_AT -> Integer.compareUnsigned(found, field.value) >= 0;
          case (int) FEATURES_AT -> (found & field.value) == field.value;
          default -> false;
        };
    return harmless ? Optional.empty() : field.check(found);
  }

  /** Checks the two words before the header, which the hypervisor has written; or empty. */
  static Optional<String> checkOwner(MemorySegment region, long publisher, long key) {
    long foundPublisher = (long) Words.LONG.getAcquire(region, 0L);
    long foundKey = (long) Words.LONG.getAcquire(region, 8L);
    if (foundPublisher != publisher) {
      return Optional.of(
          "publisher %s at 0x0, expected %s"
              .formatted(Long.toUnsignedString(foundPublisher), Long.toUnsignedString(publisher)));
    }
    return foundKey == key
        ? Optional.empty()
        : Optional.of("key 0x%x at 0x8, expected 0x%x".formatted(foundKey, key));
  }

  /** Returns the reason for refusing this header's version. */
  String wrongVersion(String expected) {
    return wrong("version", version(), VERSION_AT, expected);
  }

  private static String wrong(String name, int found, long at, String expected) {
    return "%s %s at 0x%x, expected %s"
        .formatted(name, Integer.toUnsignedString(found), at, expected);
  }

  private int word(long at) {
    return words[(int) (at - MAGIC_AT) / Integer.BYTES];
  }

  private static List<Field> region(RegionFormat format) {
    AxvisorLayout layout = format.layout;
    return List.of(
        new Field("version", VERSION_AT, format.version),
        new Field("region size", REGION_SIZE_AT, layout.regionSize(), format.regionSizes()),
        new Field("header size", HEADER_SIZE_AT, 32),
        new Field("features", FEATURES_AT, 1),
        new Field("ring offset", TO_SUBSCRIBER_AT, layout.ringOffset(Direction.TO_SUBSCRIBER)),
        new Field("ring offset", TO_PUBLISHER_AT, layout.ringOffset(Direction.TO_PUBLISHER)),
        new Field("ring size", RING_SIZE_AT, layout.ringSize()));
  }

  private static List<Field> ring(RegionFormat format, Direction direction) {
    int ring = format.layout.ringOffset(direction);
    return List.of(
        new Field("ring direction", ring + CellRing.DIRECTION_AT, direction.code()),
        new Field("ring capacity", ring + CellRing.CAPACITY_AT, format.layout.capacity()),
        new Field(format.sizeName, ring + CellRing.CELL_SIZE_AT, format.size));
  }
}
