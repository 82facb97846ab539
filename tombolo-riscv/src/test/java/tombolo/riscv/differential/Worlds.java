// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.PageTables.A;
import static tombolo.riscv.differential.PageTables.D;
import static tombolo.riscv.differential.PageTables.G;
import static tombolo.riscv.differential.PageTables.R;
import static tombolo.riscv.differential.PageTables.U;
import static tombolo.riscv.differential.PageTables.V;
import static tombolo.riscv.differential.PageTables.W;
import static tombolo.riscv.differential.PageTables.X;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Draws the {@link World} of a program. */
final class Worlds {
  // Pages of the program's region, the 2 MiB that its own leaf table maps.
  private static final int CODE = 0;
  private static final int OTHER_CODE = 8;
  private static final int DATA = 16;
  private static final int TRACE = 20;
  private static final int TABLES = 24;
  private static final int TABLES_COUNT = 19;
  private static final int ROUTINES = 48;
  private static final int ROUTINES_WRITE = 50;

  private final Chance chance;
  private final Map<Long, long[]> memory = new TreeMap<>();
  private final List<Spot> spots = new ArrayList<>();
  private final boolean supervisor;
  private final int paging;
  private final boolean codeWritable;
  private final long home;

  /** One for both roots: they have global mappings that differ. */
  private final int addressSpace;

  private Worlds(Chance chance) {
    this.chance = chance;
    supervisor = chance.percent(50);
    paging = chance.oneOf(0, 0, 0, 8, 8, 8, 8, 9, 9, 9);
    codeWritable = paging == 0 || chance.percent(60);
    home = supervisor ? 0 : U;
    addressSpace = chance.percent(50) ? 0 : chance.between(0, 0xffff);
  }

  static World draw(Chance chance) {
    return new Worlds(chance).draw();
  }

  private World draw() {
    memory.put(Arena.STUB, stub());
    memory.put(Arena.ROUTINES, routines(1));
    memory.put(Arena.OTHER_ROUTINES, routines(2));
    for (int i = 0; i < Arena.DATA_PAGES; i++) {
      memory.put(Arena.DATA + 4096L * i, data());
    }
    for (int i = 0; i < Arena.TARGET_PAGES; i++) {
      memory.put(Arena.TARGET + 4096L * i, data());
    }
    memory.put(Arena.TRACE, new long[0]);
    return paging == 0 ? bare() : paged();
  }

  private World bare() {
    for (long va :
        new long[] {0x1800_0000L, 0x9000_0000L, 0xf_0000_0000L, 1L << 55, -8L << 40, 1L << 63}) {
      spots.add(Spot.fixed(va, Spot.Kind.HOLE));
    }
    return world(
        Arena.CODE, 0, 0, Arena.ROUTINES, Arena.ROUTINES, 0, Arena.DATA, Arena.TRACE, 0, 0);
  }

  private World paged() {
    int levels = paging - 5;
    PageTables tables = new PageTables(levels);
    tables.map(Arena.HARNESS, 1, PageTables.leaf(Arena.HARNESS, V | R | W | X | A | D | G));

    // The region's indexes leave room for the superpages after it, and for the harness.
    long region = (long) chance.between(8, 250) << 30;
    if (levels == 4) {
      region += (long) chance.between(1, 200) << 39;
    }
    region += (long) chance.between(0, 400) << 21;
    if (chance.percent(50)) {
      region |= -1L << (levels == 4 ? 47 : 38);
    }

    long execute = V | X | (codeWritable ? R | W | D : chance.oneOf(0L, R));
    for (int i = 0; i < Arena.CODE_PAGES; i++) {
      long pa = Arena.CODE + 4096L * i;
      tables.map(at(region, CODE + i), 0, PageTables.leaf(pa, execute | home | accessed()));
      tables.map(
          at(region, OTHER_CODE + i), 0, PageTables.leaf(pa, execute | (home ^ U) | accessed()));
    }
    for (int i = 0; i < Arena.DATA_PAGES; i++) {
      long pa = Arena.DATA + 4096L * i;
      tables.map(at(region, DATA + i), 0, PageTables.leaf(pa, V | R | W | home | accessed()));
    }
    tables.map(at(region, TRACE), 0, PageTables.leaf(Arena.TRACE, V | R | W | home | accessed()));

    tables.map(at(region, ROUTINES), 0, executable(Arena.ROUTINES, home));
    tables.map(
        at(region, ROUTINES_WRITE),
        0,
        PageTables.leaf(Arena.ROUTINES, V | R | W | home | accessed()));

    smallSpots(tables, region);
    largeSpots(tables, region, levels);
    strangeSpots(region, levels);
    for (int i = 0; i < TABLES_COUNT; i++) {
      long entry = PageTables.leaf(Arena.table(i), V | R | W | A | D);
      tables.map(at(region, TABLES + i), 0, entry);
    }
    long otherRoot = tables.copyRoot(region);
    for (Spot spot : spots) {
      if (spot.entry() != 0) {
        tables.mapFrom(otherRoot, spot.va(), Entries.draw(chance, spot.kind(), home));
      }
    }
    tables.tables().forEach(memory::put);
    return world(
        at(region, CODE),
        at(region, OTHER_CODE) - at(region, CODE),
        at(region, TABLES),
        at(region, ROUTINES),
        at(region, ROUTINES_WRITE),
        tables.entryAddress(at(region, ROUTINES), 0),
        at(region, DATA),
        at(region, TRACE),
        satp(tables.root()),
        satp(otherRoot));
  }

  /** Pages 64 to 78 may hold code, 80 to 95 data; 79 and 96 are not mapped; then holes. */
  private void smallSpots(PageTables tables, long region) {
    for (int page = 64; page < 96; page++) {
      long va = at(region, page);
      if (page == 79) {
        spots.add(Spot.fixed(va, Spot.Kind.NOTHING));
        continue;
      }
      Spot.Kind kind = page < 79 ? Spot.Kind.CODE : Spot.Kind.DATA;
      tables.map(va, 0, Entries.draw(chance, kind, home));
      spots.add(new Spot(va, kind, tables.entryAddress(va, 0)));
    }
    spots.add(Spot.fixed(at(region, 96), Spot.Kind.NOTHING));
    for (int page = 100; page < 106; page += 2) {
      long hole = chance.oneOf(0x1800_0000L, 0x9000_0000L, 0xff_ffff_ffff_f000L);
      long flags = V | R | W | chance.oneOf(0L, X) | home | A | D;
      tables.map(at(region, page), 0, PageTables.leaf(hole, flags));
      spots.add(Spot.fixed(at(region, page), Spot.Kind.HOLE));
    }
  }

  /** Superpages of every level beside the region: right ones, misaligned ones, bad pointers. */
  private void largeSpots(PageTables tables, long region, int levels) {
    for (int level = 1; level < levels; level++) {
      long size = 1L << (12 + 9 * level);
      long base = Arena.STUB & -size;
      for (int i = 1; i <= 4; i++) {
        long va = (region & -size) + i * size;
        boolean code = chance.percent(50);
        long entry = Entries.draw(chance, code ? Spot.Kind.CODE : Spot.Kind.DATA, home);
        entry = PageTables.leaf(base, entry & ~Entries.PPN);
        Spot.Kind kind = code ? Spot.Kind.CODE : Spot.Kind.DATA;
        long page = (code ? Arena.STUB : Arena.TARGET) - base;
        if (i == 3) {
          entry |= PageTables.leaf(4096L << chance.between(0, 9 * level - 1), 0);
          kind = Spot.Kind.NOTHING;
        } else if (i == 4) {
          // To a table where no memory is; or, were it followed, to the program's data.
          entry =
              chance.percent(30)
                  ? PageTables.leaf(0x1800_0000L, V)
                  : Entries.badPointer(chance, tables.entry(region, level));
          kind = Spot.Kind.NOTHING;
          page = at(region, DATA) & size - 1;
        }
        tables.map(va, level, entry);
        spots.add(Spot.fixed(va + page, kind));
      }
    }
  }

  /** Addresses that no table maps, or cannot. */
  private void strangeSpots(long region, int levels) {
    int top = levels == 4 ? 47 : 38;
    long limit = 1L << top;
    for (long va :
        new long[] {
          0,
          -4096,
          limit - 4096,
          limit,
          -limit,
          -limit - 4096,
          1L << 63,
          at(region, 80) ^ 1L << chance.between(top, 63),
          at(region, 64) ^ 1L << chance.between(top + 1, 63)
        }) {
      spots.add(Spot.fixed(va, Spot.Kind.NOTHING));
    }
    if (!supervisor) {
      spots.add(Spot.fixed(Arena.HARNESS, Spot.Kind.NOTHING));
    }
  }

  private World world(
      long code,
      long otherMode,
      long tables,
      long routines,
      long routinesWrite,
      long routinesEntry,
      long data,
      long trace,
      long satp,
      long otherSatp) {
    List<Long> registers = new ArrayList<>();
    List<Long> floats = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      registers.add(Values.integer(chance));
      floats.add(Values.floating(chance));
    }
    registers.set(0, 0L);
    registers.set(Registers.SP, data + 4096);
    registers.set(Registers.DATA, data + 8192);
    registers.set(Registers.NEAR_BOUNDARY, data + 8192 - 64);
    registers.set(Registers.TRACE, trace + 2048);

    long status = World.STATUS_UXL64;
    status |= chance.percent(97) ? World.STATUS_FS : 0;
    status |= chance.percent(97) ? World.STATUS_VS : 0;
    status |= chance.percent(50) ? World.STATUS_SUM : 0;
    status |= chance.percent(50) ? World.STATUS_MXR : 0;
    status |= chance.percent(20) ? World.STATUS_SPIE : 0;
    status |= supervisor ? World.STATUS_SPP : 0;
    return new World(
        supervisor,
        paging,
        code,
        chance.percent(50) ? 0 : chance.between(0xe00, 0xffe) & ~1,
        codeWritable,
        otherMode,
        tables,
        routines,
        routinesWrite,
        routinesEntry,
        satp,
        otherSatp,
        status,
        chance.oneOf(0, 7, 7, chance.between(0, 7)),
        chance.percent(20) ? chance.oneOf(0x2, 0x20, 0x22, 0x222) : 0,
        chance.percent(5) ? 2 : 0,
        chance.between(0, 4) << 5 | chance.between(0, 31),
        List.copyOf(registers),
        List.copyOf(floats),
        List.copyOf(spots),
        memory);
  }

  private long satp(long root) {
    return (long) paging << 60 | (long) addressSpace << 44 | root >>> 12;
  }

  private long accessed() {
    return chance.oneOf(0L, A, A | D) | chance.oneOf(0L, 0L, G);
  }

  /** The entry of a page of code for the mode that {@code user} says: U or 0. */
  static long executable(long pa, long user) {
    return PageTables.leaf(pa, V | R | X | user);
  }

  private static long at(long region, int page) {
    return region + 4096L * page;
  }

  /** A page of special values: integers, and floating-point numbers of both widths. */
  private long[] data() {
    long[] words = new long[512];
    for (int i = 0; i < words.length; i++) {
      words[i] =
          switch (chance.between(0, 3)) {
            case 0 -> Values.integer(chance);
            case 1 -> (long) Values.single(chance) << 32 | (Values.single(chance) & 0xffff_ffffL);
            default -> Values.floating(chance);
          };
    }
    return words;
  }

  /** In each word {@code c.li a0, value} and {@code c.jr x31}. */
  private static long[] routines(int value) {
    long[] words = new long[512];
    long word = CodeSnippets.routine(Registers.A0, value);
    Arrays.fill(words, word << 32 | word);
    return words;
  }

  /**
   * {@code c.jr x31} everywhere below 2048 and, at the page's end, the first half of an {@code
   * addi} whose second half is the next page's first: another {@code c.jr x31}.
   */
  private static long[] stub() {
    long[] words = new long[512];
    Arrays.fill(words, 0, 256, 0x8f82_8f82_8f82_8f82L);
    words[511] = 0x0313_8f82_8f82_8f82L;
    return words;
  }
}
