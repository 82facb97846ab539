// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the symbol table of an ELF64 file for reports. Whatever is broken about it is left out: a
 * program without readable symbols still runs.
 */
final class ElfSymbols {
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int SHT_SYMTAB = 2;
  private static final int STT_OBJECT = 1;
  private static final int STT_FUNC = 2;
  private static final int SHN_UNDEF = 0;
  private static final int SHN_LORESERVE = 0xff00;

  // A broken file could otherwise make many long names out of few bytes.
  private static final int MAX_SYMBOLS = 1 << 18;
  private static final int MAX_NAME_BYTES = 256;

  private record Ranked(int rank, SymbolTable.Symbol symbol) {}

  private ElfSymbols() {}

  /**
   * The symbols of a file whose header was checked.
   *
   * @param file the whole file, little-endian
   * @param limit first address behind the program
   */
  static SymbolTable read(ByteBuffer file, long limit) {
    long table = file.getLong(40);
    int entryBytes = Short.toUnsignedInt(file.getShort(58));
    int sections = Short.toUnsignedInt(file.getShort(60));
    if (entryBytes != SECTION_HEADER_BYTES
        || !inside(file, table, (long) sections * SECTION_HEADER_BYTES)) {
      return SymbolTable.EMPTY;
    }
    for (int section = 0; section < sections; section++) {
      int header = (int) table + section * SECTION_HEADER_BYTES;
      if (file.getInt(header + 4) == SHT_SYMTAB) {
        int link = file.getInt(header + 40);
        return link >= 0 && link < sections
            ? read(file, header, (int) table + link * SECTION_HEADER_BYTES, limit)
            : SymbolTable.EMPTY;
      }
    }
    return SymbolTable.EMPTY;
  }

  private static SymbolTable read(
      ByteBuffer file, int symbolsHeader, int stringsHeader, long limit) {
    long offset = file.getLong(symbolsHeader + 24);
    long size = file.getLong(symbolsHeader + 32);
    long strings = file.getLong(stringsHeader + 24);
    long stringsSize = file.getLong(stringsHeader + 32);
    if (!inside(file, offset, size) || !inside(file, strings, stringsSize)) {
      return SymbolTable.EMPTY;
    }
    ByteBuffer names = file.slice((int) strings, (int) stringsSize);
    int count = (int) Math.min(size / SYMBOL_BYTES, MAX_SYMBOLS);
    List<Ranked> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Ranked symbol = symbol(file, (int) offset + i * SYMBOL_BYTES, names);
      if (symbol != null) {
        found.add(symbol);
      }
    }
    // The table keeps the first of several names of one address: functions before data and labels.
    found.sort(Comparator.comparingInt(Ranked::rank));
    return SymbolTable.of(found.stream().map(Ranked::symbol).toList(), limit);
  }

  private static @Nullable Ranked symbol(ByteBuffer file, int at, ByteBuffer names) {
    int info = Byte.toUnsignedInt(file.get(at + 4));
    int section = Short.toUnsignedInt(file.getShort(at + 6));
    int type = info & 0xf;
    if (type > STT_FUNC || section == SHN_UNDEF || section >= SHN_LORESERVE) {
      return null;
    }
    String name = name(names, Integer.toUnsignedLong(file.getInt(at)));
    // "$x" and "$d" mark code and data on RISC-V, ".L" is a compiler's local label.
    if (name.isEmpty() || name.startsWith("$") || name.startsWith(".L")) {
      return null;
    }
    int rank = type == STT_FUNC ? 0 : type == STT_OBJECT ? 1 : 2;
    return new Ranked(rank, new SymbolTable.Symbol(file.getLong(at + 8), name));
  }

  private static String name(ByteBuffer names, long from) {
    if (from >= names.limit()) {
      return "";
    }
    int start = (int) from;
    int end = start;
    while (end < names.limit() && end - start < MAX_NAME_BYTES && names.get(end) > ' ') {
      end++;
    }
    byte[] bytes = new byte[end - start];
    names.get(start, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static boolean inside(ByteBuffer file, long offset, long size) {
    return offset >= 0 && size >= 0 && offset <= file.limit() && size <= file.limit() - offset;
  }
}
