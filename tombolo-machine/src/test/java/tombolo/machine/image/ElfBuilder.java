// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes small ELF64 files, well-formed unless a test spoils the bytes afterwards. */
final class ElfBuilder {
  static final int FUNC = 2;
  static final int OBJECT = 1;
  static final int NOTYPE = 0;

  /** Offsets of fields that tests spoil. */
  static final int CLASS = 4;

  static final int DATA = 5;
  static final int TYPE = 16;
  static final int MACHINE = 18;
  static final int ENTRY = 24;
  static final int SEGMENT_TABLE = 32;
  static final int SECTION_TABLE = 40;
  static final int SEGMENT_COUNT = 56;
  static final int SEGMENTS = 64;
  static final int SEGMENT_BYTES = 56;

  @SuppressWarnings("ArrayRecordComponent") // bytes to be copied, never compared
  private record Segment(long virtual, long physical, byte[] content, long memorySize) {}

  private record Symbol(String name, int type, int section, long value) {}

  private final List<Segment> segments = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final long entry;
  private int machine = 243;

  ElfBuilder(long entry) {
    this.entry = entry;
  }

  ElfBuilder machine(int code) {
    machine = code;
    return this;
  }

  ElfBuilder segment(long address, byte[] content, long memorySize) {
    return segment(address, address, content, memorySize);
  }

  ElfBuilder segment(long virtual, long physical, byte[] content, long memorySize) {
    segments.add(new Segment(virtual, physical, content, memorySize));
    return this;
  }

  ElfBuilder symbol(String name, int type, long value) {
    symbols.add(new Symbol(name, type, 1, value));
    return this;
  }

  ElfBuilder undefinedSymbol(String name) {
    symbols.add(new Symbol(name, FUNC, 0, 0));
    return this;
  }

  /** Where the content of the first segment lies in the file. */
  int contentOffset() {
    return SEGMENTS + SEGMENT_BYTES * segments.size();
  }

  byte[] build() {
    int contents = segments.stream().mapToInt(s -> s.content.length).sum();
    StringBuilder names = new StringBuilder("\0");
    int symbolsAt = contentOffset() + contents;
    int stringsAt = symbolsAt + 24 * symbols.size();
    ByteBuffer table = ByteBuffer.allocate(24 * symbols.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Symbol symbol : symbols) {
      table.putInt(names.length()).put((byte) (0x10 | symbol.type)).put((byte) 0);
      table.putShort((short) symbol.section).putLong(symbol.value).putLong(0);
      names.append(symbol.name).append('\0');
    }
    byte[] strings = names.toString().getBytes(StandardCharsets.US_ASCII);
    int sectionsAt = stringsAt + strings.length;

    ByteBuffer file = ByteBuffer.allocate(sectionsAt + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    file.putShort((short) 2).putShort((short) machine).putInt(1).putLong(entry);
    file.putLong(SEGMENTS).putLong(sectionsAt).putInt(0).putShort((short) 64);
    file.putShort((short) SEGMENT_BYTES).putShort((short) segments.size());
    file.putShort((short) 64).putShort((short) 3).putShort((short) 0);
    int at = contentOffset();
    for (Segment segment : segments) {
      file.putInt(1).putInt(7).putLong(at).putLong(segment.virtual).putLong(segment.physical);
      file.putLong(segment.content.length).putLong(segment.memorySize).putLong(1);
      at += segment.content.length;
    }
    segments.forEach(segment -> file.put(segment.content));
    file.put(table.array()).put(strings);
    file.position(sectionsAt + 64); // section 0 is empty
    section(file, 2, symbolsAt, table.capacity(), 2);
    section(file, 3, stringsAt, strings.length, 0);
    return file.array();
  }

  private static void section(ByteBuffer file, int type, long offset, long size, int link) {
    file.putInt(0).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(size);
    file.putInt(link).putInt(0).putLong(8).putLong(24);
  }
}
