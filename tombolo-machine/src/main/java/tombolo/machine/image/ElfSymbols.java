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
  private static final int MAX_STRING_BYTES = 32 << 20;

  private record Ranked(int rank, SymbolTable.Symbol symbol) {}

  private ElfSymbols() {}

  /**
   * Returns the symbols of a file whose header was checked.
   *
   * @param header the ELF header
   * @param limit first address behind the program
   */
  static SymbolTable read(ImageBytes file, ByteBuffer header, long limit) {
    long table = header.getLong(40);
    int entryBytes = Short.toUnsignedInt(header.getShort(58));
    int count = Short.toUnsignedInt(header.getShort(60));
    int bytes = count * SECTION_HEADER_BYTES;
    if (entryBytes != SECTION_HEADER_BYTES || !file.holds(table, bytes)) {
      return SymbolTable.EMPTY;
    }
    ByteBuffer sections = file.copy(table, bytes);
    for (int section = 0; section < count; section++) {
      int at = section * SECTION_HEADER_BYTES;
      if (sections.getInt(at + 4) == SHT_SYMTAB) {
        int link = sections.getInt(at + 40);
        return link >= 0 && link < count
            ? read(file, sections, at, link * SECTION_HEADER_BYTES, limit)
            : SymbolTable.EMPTY;
      }
    }
    return SymbolTable.EMPTY;
  }

  private static SymbolTable read(
      ImageBytes file, ByteBuffer sections, int symbolsHeader, int stringsHeader, long limit) {
    long offset = sections.getLong(symbolsHeader + 24);
    long size = sections.getLong(symbolsHeader + 32);
    long strings = sections.getLong(stringsHeader + 24);
    long stringsSize = sections.getLong(stringsHeader + 32);
    if (!file.holds(offset, size) || !file.holds(strings, stringsSize)) {
      return SymbolTable.EMPTY;
    }
    int count = (int) Math.min(size / SYMBOL_BYTES, MAX_SYMBOLS);
    ByteBuffer symbols = file.copy(offset, count * SYMBOL_BYTES);
    ByteBuffer names = file.copy(strings, (int) Math.min(stringsSize, MAX_STRING_BYTES));
    List<Ranked> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Ranked symbol = symbol(symbols, i * SYMBOL_BYTES, names);
      if (symbol != null) {
        found.add(symbol);
      }
    }
    // The table keeps the first of several names of one address: functions before data and labels.
    found.sort(Comparator.comparingInt(Ranked::rank));
    return SymbolTable.of(found.stream().map(Ranked::symbol).toList(), limit);
  }

  private static @Nullable Ranked symbol(ByteBuffer symbols, int at, ByteBuffer names) {
    int info = Byte.toUnsignedInt(symbols.get(at + 4));
    int section = Short.toUnsignedInt(symbols.getShort(at + 6));
    int type = info & 0xf;
    if (type > STT_FUNC || section == SHN_UNDEF || section >= SHN_LORESERVE) {
      return null;
    }
    String name = name(names, Integer.toUnsignedLong(symbols.getInt(at)));
    // "$x" and "$d" mark code and data on RISC-V, ".L" is a compiler's local label.
    if (name.isEmpty() || name.startsWith("$") || name.startsWith(".L")) {
      return null;
    }
    int rank = type == STT_FUNC ? 0 : type == STT_OBJECT ? 1 : 2;
    return new Ranked(rank, new SymbolTable.Symbol(symbols.getLong(at + 8), name));
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
}
