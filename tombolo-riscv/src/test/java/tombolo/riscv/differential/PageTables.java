// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.Map;
import java.util.TreeMap;

/**
 * Page tables under construction, as the privileged specification's "Sv39" and "Sv48" sections lay
 * them out. Tables come from the pages of the arena that {@link Arena} keeps for them.
 */
final class PageTables {
  static final long V = 1;
  static final long R = 2;
  static final long W = 4;
  static final long X = 8;
  static final long U = 0x10;
  static final long G = 0x20;
  static final long A = 0x40;
  static final long D = 0x80;

  private static final int PPN_SHIFT = 10;

  private final int levels;
  private final Map<Long, long[]> tables = new TreeMap<>();
  private final long root;

  /** {@code levels}: 3 for Sv39, 4 for Sv48. */
  PageTables(int levels) {
    this.levels = levels;
    root = newTable();
  }

  static long leaf(long pa, long flags) {
    return pa >>> 12 << PPN_SHIFT | flags;
  }

  long root() {
    return root;
  }

  /** All tables, by physical address. */
  Map<Long, long[]> tables() {
    return tables;
  }

  /** Sets the entry that maps {@code va} at {@code level}, 0 for 4 KiB; makes the tables above. */
  void map(long va, int level, long entry) {
    table(root, va, level)[index(va, level)] = entry;
  }

  /** The entry of {@code va} at {@code level}, whose table exists. */
  long entry(long va, int level) {
    return table(root, va, level)[index(va, level)];
  }

  /** The physical address of the entry of {@code va} at {@code level}, whose table exists. */
  long entryAddress(long va, int level) {
    long table = root;
    for (int at = levels - 1; at > level; at--) {
      table = tables.getOrDefault(table, new long[512])[index(va, at)] >>> PPN_SHIFT << 12;
    }
    return table + 8L * index(va, level);
  }

  /** A second root with a copy of every table on the way to {@code va}'s leaf table. */
  long copyRoot(long va) {
    return copy(root, va, levels - 1);
  }

  /** As {@link #map} at level 0, from another root. */
  void mapFrom(long otherRoot, long va, long entry) {
    table(otherRoot, va, 0)[index(va, 0)] = entry;
  }

  private long copy(long table, long va, int level) {
    long copy = newTable();
    long[] entries = tables.getOrDefault(table, new long[0]).clone();
    tables.put(copy, entries);
    if (level > 0) {
      long below = copy(entries[index(va, level)] >>> PPN_SHIFT << 12, va, level - 1);
      entries[index(va, level)] = leaf(below, V);
    }
    return copy;
  }

  private long[] table(long from, long va, int level) {
    long[] entries = tables.getOrDefault(from, new long[0]);
    for (int at = levels - 1; at > level; at--) {
      int index = index(va, at);
      if (entries[index] == 0) {
        entries[index] = leaf(newTable(), V);
      }
      entries = tables.getOrDefault(entries[index] >>> PPN_SHIFT << 12, new long[0]);
    }
    return entries;
  }

  private long newTable() {
    long address = Arena.table(tables.size());
    tables.put(address, new long[512]);
    return address;
  }

  private static int index(long va, int level) {
    return (int) (va >>> (12 + 9 * level)) & 511;
  }
}
