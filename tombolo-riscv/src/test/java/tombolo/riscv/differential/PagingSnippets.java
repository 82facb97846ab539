// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import java.util.stream.Stream;
import tombolo.riscv.differential.Template.Shape;

/** Accesses to the {@link Spot}s, and changes of their mappings. */
final class PagingSnippets {
  private static final List<Template> LOADS =
      Stream.of(IntegerInstructions.LOADS, CompressedInstructions.LOADS, FloatInstructions.LOADS)
          .flatMap(List::stream)
          .toList();

  private static final List<Template> STORES =
      Stream.of(IntegerInstructions.STORES, CompressedInstructions.STORES, FloatInstructions.STORES)
          .flatMap(List::stream)
          .toList();

  private static final int SSTATUS = 0x100;
  private static final int SATP = 0x180;
  private static final int PAGE = 4096;

  private PagingSnippets() {}

  static void access(Sequence out) {
    access(out, spot(out));
  }

  /** For S-mode: the same page before and after other permissions, which need no fence. */
  static void statusBetween(Sequence out) {
    Chance chance = out.chance();
    Spot spot = spot(out);
    Template load = chance.oneOf(LOADS);
    for (int i = chance.between(2, 4); i > 0; i--) {
      out.li(10, chance.oneOf(World.STATUS_MXR, World.STATUS_SUM));
      out.csr(chance.oneOf("csrrs", "csrrc"), 0, SSTATUS, 10);
      memory(out, spot, load, false);
    }
  }

  /** Not only those that the leaf table maps, although they are the most. */
  private static Spot spot(Sequence out) {
    List<Spot> spots = out.world().spots();
    if (out.chance().percent(35)) {
      spots = spots.stream().filter(spot -> spot.entry() == 0).toList();
    }
    return out.chance().oneOf(spots);
  }

  private static void access(Sequence out, Spot spot) {
    Chance chance = out.chance();
    boolean hole = spot.kind() == Spot.Kind.HOLE;
    switch (chance.between(0, 10)) {
      case 0, 1, 2 -> memory(out, spot, chance.oneOf(LOADS), false);
      case 3, 4, 5 -> memory(out, spot, chance.oneOf(STORES), false);
      case 6 -> memory(out, spot, chance.oneOf(AtomicInstructions.AMOS), false);
      case 7 -> reservation(out, spot);
      case 8 -> cacheBlock(out, spot);
      case 9 -> {
        if (!hole) {
          memory(out, spot, chance.oneOf(chance.percent(50) ? LOADS : STORES), true);
        }
      }
      default -> {
        if (spot.kind() != Spot.Kind.DATA) {
          fetch(out, spot);
        }
      }
    }
  }

  /** Zeroes no code. QEMU manages blocks where there is no memory. */
  private static void cacheBlock(Sequence out, Spot spot) {
    boolean zero =
        spot.kind() == Spot.Kind.HOLE
            || (spot.kind() != Spot.Kind.CODE && out.chance().percent(50));
    Template template =
        zero ? CacheBlockInstructions.ZERO : out.chance().oneOf(CacheBlockInstructions.MANAGEMENT);
    memory(out, spot, template, false);
  }

  /** A load, store, AMO or an operation on a block; {@code across}: over the page's end. */
  private static void memory(Sequence out, Spot spot, Template template, boolean across) {
    Chance chance = out.chance();
    int size = template.size();
    boolean storesCode = template.shape() != Shape.LOAD && spot.kind() == Spot.Kind.CODE;
    int offset = storesCode ? chance.between(PAGE / 2, PAGE - 64) : chance.between(0, PAGE - 64);
    // QEMU reports faults of blocks at their start.
    boolean aligned =
        spot.kind() == Spot.Kind.HOLE || template.shape() == Shape.BLOCK || chance.percent(70);
    offset = aligned ? offset & -size : offset;
    if (across && size > 1 && !storesCode && template.shape() != Shape.ATOMIC) {
      offset = PAGE - chance.between(1, size - 1);
    }
    int base = chance.between(10, 15);
    Operands operands = Operands.through(chance, base);
    Word word = template.draw(operands);
    out.li(base, spot.va() + offset - operands.offset());
    out.emit(word);
    if (chance.percent(60)) {
      out.keep(operands);
    }
  }

  /** lr and, unless it trapped, sc: whether an sc that fails anyway faults is free. */
  private static void reservation(Sequence out, Spot spot) {
    int size = out.chance().oneOf(4, 8);
    List<Integer> registers = out.free(3);
    int address = registers.get(0);
    int value = registers.get(1);
    int marker = registers.get(2);
    int offset = out.chance().between(PAGE / 2, PAGE - 64) & -size;
    out.li(address, spot.va() + offset);
    out.li(marker, 0x5a5a1234);
    out.add(value, marker, 0);
    out.emit(AtomicInstructions.loadReserved(out.chance(), size, value, address));
    out.emit("beq", Encode.b(0x63, value, marker, 8));
    out.emit(AtomicInstructions.storeConditional(out.chance(), size, marker, address, value));
    out.keep(marker);
    out.keep(value);
  }

  /** Jumps there; the stub comes straight back, a fault does by way of the harness. */
  private static void fetch(Sequence out, Spot spot) {
    Chance chance = out.chance();
    int register = chance.between(10, 15);
    int offset =
        spot.kind() == Spot.Kind.CODE && spot.entry() != 0 && chance.percent(30)
            ? PAGE - 2
            : chance.between(128, 1000) * 2;
    out.li(register, spot.va() + offset);
    out.recoverLater();
    switch (chance.between(0, 2)) {
      case 0 -> out.emit("c.jr", Encode.cr(0x8002, register, 0));
      case 1 -> out.emit("c.jalr", Encode.cr(0x9002, register, 0));
      default ->
          out.emit(
              "jalr", Encode.i(0x67, chance.oneOf(Registers.FREE), register, chance.between(0, 1)));
    }
    out.recoverHere();
  }

  /** For S-mode: another entry, the fence, the access. */
  static void rewrite(Sequence out) {
    World world = out.world();
    Chance chance = out.chance();
    List<Spot> rewritable = world.spots().stream().filter(spot -> spot.entry() != 0).toList();
    Spot spot = chance.oneOf(rewritable);
    List<Integer> registers = out.free(2);
    int window = registers.get(0);
    int entry = registers.get(1);
    if (chance.percent(40)) {
      access(out, spot);
    }
    out.li(window, world.tableWindow(spot.entry()));
    out.emit("ld", Encode.i(0x3003, entry, window, 0));
    out.keep(entry);
    out.li(entry, Entries.draw(chance, spot.kind(), 0));
    out.emit("sd", Encode.s(0x3023, window, entry, 0));
    fence(out, spot.va());
    access(out, spot);
  }

  /** For S-mode: the other page tables for a while. */
  static void otherTables(Sequence out) {
    List<Integer> registers = out.free(2);
    int satp = registers.get(0);
    int saved = out.chance().between(16, 18);
    out.li(satp, out.world().otherSatp());
    out.csr("csrrw", saved, SATP, satp);
    out.keep(saved);
    fence(out, 0);
    for (int i = out.chance().between(1, 3); i > 0; i--) {
      access(out);
    }
    // An access may have overwritten the register.
    out.li(satp, out.world().satp());
    out.csr("csrrw", saved, SATP, satp);
    out.keep(saved);
    fence(out, 0);
  }

  /** Any of the four forms, where none is needed. */
  static void idleFence(Sequence out) {
    int address = out.chance().oneOf(0, out.chance().between(1, 31));
    int space = out.chance().oneOf(0, out.chance().between(1, 31));
    out.emit("sfence.vma", Encode.r(0x12000073, 0, address, space));
  }

  /**
   * A fence for {@code va}, or for all addresses if it is 0. For all address spaces, because
   * mappings may be global: a fence of one address space leaves those.
   */
  private static void fence(Sequence out, long va) {
    int address = 0;
    if (va != 0 && out.chance().percent(50)) {
      address = 14;
      out.li(address, va);
    }
    out.emit("sfence.vma", Encode.r(0x12000073, 0, address, 0));
  }
}
