// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import tombolo.riscv.differential.VectorInstructions.Operation;

/** Vector operations and accesses, each after a setting of vtype and vl that it may fit. */
final class VectorSnippets {
  private static final int VSTART = 0x008;
  private static final int VCSR = 0x00f;
  private static final int FFLAGS = 0x001;
  private static final int VL = 0xc20;
  private static final List<Integer> CSRS =
      List.of(0x008, 0x009, 0x00a, 0x00f, 0xc20, 0xc21, 0xc22);

  /** Of settings and accesses. */
  static final List<String> MNEMONICS =
      List.of(
          "vsetvli",
          "vsetivli",
          "vsetvl",
          "vle",
          "vleff",
          "vlm",
          "vl1r",
          "vl2r",
          "vl4r",
          "vl8r",
          "vlse",
          "vlxei",
          "vse",
          "vsm",
          "vs1r",
          "vs2r",
          "vs4r",
          "vs8r",
          "vsse",
          "vsxei");

  /** Bit 25, vm: no mask. */
  private static final int UNMASKED = 1 << 25;

  private static final int PAGE = 4096;
  private static final int LOAD = 0x07;
  private static final int STORE = 0x27;

  private static final List<Operation> FLOATS =
      VectorInstructions.ALL.stream().filter(Operation::floats).toList();
  private static final List<Operation> INTEGERS =
      VectorInstructions.ALL.stream().filter(operation -> !operation.floats()).toList();

  private VectorSnippets() {}

  /** SEW in bytes and LMUL, as powers of two. */
  private record Setting(int width, int multiplier) {
    static Setting draw(Chance chance) {
      int width = chance.between(0, 3);
      int most = chance.percent(50) ? 1 : 3;
      return new Setting(width, chance.between(chance.percent(85) ? width - 3 : -3, most));
    }

    static Setting ofFloats(Chance chance) {
      int width = chance.percent(12) ? chance.between(0, 3) : chance.between(2, 3);
      return new Setting(width, chance.between(width - 3, chance.percent(60) ? 1 : 3));
    }

    int vtype(Chance chance) {
      return chance.between(0, 3) << 6 | width << 3 | (multiplier & 7);
    }
  }

  private static void set(Sequence out, Setting setting) {
    Chance chance = out.chance();
    int type = setting.vtype(chance);
    int length = chance.between(10, 15);
    switch (chance.between(0, 5)) {
      case 0 -> out.emit("vsetivli", 0xc0007057 | type << 20 | chance.between(0, 31) << 15);
      case 1 -> out.emit("vsetvli", 0x00007057 | type << 20 | length << 7);
      case 2 -> {
        out.li(length, type);
        out.emit("vsetvl", 0x80007057 | length << 20 | length << 7);
      }
      default -> {
        out.li(length, chance.percent(80) ? chance.between(0, 40) : chance.between(0, 1100));
        out.emit("vsetvli", 0x00007057 | type << 20 | length << 15 | length << 7);
      }
    }
  }

  /** Any setting there can be, and some that cannot. */
  static void configure(Sequence out) {
    Chance chance = out.chance();
    List<Integer> registers = out.free(3);
    int rd = chance.percent(20) ? 0 : registers.get(0);
    int rs1 = registers.get(1);
    int rs2 = registers.get(2);
    out.li(rs1, chance.percent(70) ? chance.between(0, 300) : Values.integer(chance));
    int type = chance.percent(80) ? Setting.draw(chance).vtype(chance) : chance.between(0, 0x7ff);
    switch (chance.between(0, 3)) {
      case 0 -> out.emit("vsetvli", 0x00007057 | type << 20 | rs1 << 15 | rd << 7);
      case 1 -> out.emit("vsetivli", 0xc0007057 | (type & 0x3ff) << 20 | rs1 << 15 | rd << 7);
      case 2 ->
          out.emit("vsetvli", 0x00007057 | type << 20 | chance.oneOf(0, rs1) << 15 | rs2 << 7);
      default -> {
        out.li(rs2, chance.percent(80) ? type : Values.integer(chance));
        out.emit("vsetvl", 0x80007057 | rs2 << 20 | rs1 << 15 | rd << 7);
      }
    }
    out.keep(registers.get(0));
  }

  static void integers(Sequence out) {
    operations(out, INTEGERS, Setting.draw(out.chance()));
  }

  static void floats(Sequence out) {
    operations(out, FLOATS, Setting.ofFloats(out.chance()));
  }

  private static void operations(Sequence out, List<Operation> operations, Setting setting) {
    Chance chance = out.chance();
    set(out, setting);
    for (int i = chance.between(1, 5); i > 0; i--) {
      if (chance.percent(15)) {
        out.csr("csrrwi", 0, chance.percent(50) ? VCSR : FFLAGS, chance.between(0, 31));
      }
      if (chance.percent(15)) {
        refresh(out);
      }
      if (chance.percent(6)) {
        out.csr("csrrwi", 0, VSTART, chance.between(0, 12));
      }
      Operands operands = new Operands(chance);
      out.emit(chance.oneOf(operations).draw(operands, setting.multiplier));
      out.keep(operands);
    }
    if (chance.percent(20)) {
      keepVectorCsr(out);
    }
  }

  /** Fresh operands for some registers. */
  private static void refresh(Sequence out) {
    Chance chance = out.chance();
    int registers = chance.oneOf(1, 1, 2, 4);
    int vd = chance.between(0, 31) & -registers;
    int address = chance.oneOf(12, 13);
    out.add(address, Registers.DATA, chance.between(-256, 100) * 8);
    out.csr("csrrwi", 0, VSTART, 0);
    out.emit("vl1re8", whole(LOAD, registers, 0) | address << 15 | vd << 7);
  }

  private static void keepVectorCsr(Sequence out) {
    int rd = out.chance().oneOf(Registers.FREE);
    out.csrRead(rd, out.chance().oneOf(CSRS));
    out.keep(rd);
  }

  static void csrs(Sequence out) {
    Chance chance = out.chance();
    int rd = chance.oneOf(Registers.FREE);
    String operation = chance.oneOf(CsrSnippets.OPERATIONS);
    int source = operation.endsWith("i") ? chance.between(0, 31) : chance.oneOf(Registers.FREE);
    int csr = chance.oneOf(CSRS);
    if (csr >= VL) {
      out.csrRead(rd, csr);
    } else {
      out.csr(operation, rd, csr, source);
    }
    out.keep(rd);
    if (chance.percent(85)) {
      out.csr("csrrwi", 0, VSTART, 0);
    }
  }

  /** In the data window: of any addressing, strides and offsets short enough to stay in it. */
  static void window(Sequence out) {
    Chance chance = out.chance();
    int base = chance.oneOf(14, 15);
    int kind = chance.between(0, 9);
    if (kind < 3) {
      strided(out, base);
      return;
    }
    if (kind < 6) {
      indexed(out, base);
      return;
    }
    Setting setting = Setting.draw(chance);
    set(out, setting);
    for (int i = chance.between(1, 3); i > 0; i--) {
      int offset = offset(chance);
      out.add(base, Registers.DATA, offset);
      int major = chance.percent(60) ? LOAD : STORE;
      Word word = unitStride(chance, setting, major, base, offset);
      if (word.mnemonic().equals("vleff")) {
        out.csr("csrrwi", 0, VSTART, 0); // QEMU 10.0 fails at another one
      } else if (word.mnemonic().endsWith("r")) {
        out.csr("csrrwi", 0, VSTART, chance.between(0, 1)); // and at one that is too large
      } else {
        maybeStart(out);
      }
      out.emit(word);
    }
  }

  private static int offset(Chance chance) {
    int offset = chance.between(-2048, 2047);
    return chance.percent(40) ? offset & -64 : chance.percent(60) ? offset & -8 : offset;
  }

  private static void maybeStart(Sequence out) {
    if (out.chance().percent(10)) {
      out.csr("csrrwi", 0, VSTART, out.chance().between(0, 12));
    }
  }

  private static int whole(int major, int registers, int width) {
    return major | (registers - 1) << 29 | UNMASKED | 8 << 20 | width(width) << 12;
  }

  private static int width(int width) {
    return width == 0 ? 0 : width + 4;
  }

  /** A mask or none: QEMU 10.0 executes the reserved stores whose data is the mask as well. */
  private static int mask(Chance chance, boolean load, int register) {
    return chance.percent(60) || (!load && register == 0) ? UNMASKED : 0;
  }

  private static int fields(Chance chance) {
    return chance.percent(65) ? 1 : chance.between(1, 8);
  }

  /**
   * Unit-stride, whole registers, masks and, of loads, fault-only-first.
   *
   * @param offset of the base in its page
   */
  private static Word unitStride(Chance chance, Setting setting, int major, int base, int offset) {
    boolean load = major == LOAD;
    int width = chance.percent(70) ? setting.width : chance.between(0, 3);
    int multiplier = width - setting.width + setting.multiplier;
    int vd = VectorInstructions.group(chance, Math.min(3, multiplier));
    int operands = base << 15 | vd << 7;
    String letter = load ? "vl" : "vs";
    int kind = chance.between(0, 9);
    if (kind == 0) {
      int registers = chance.oneOf(1, 2, 4, 8);
      int eew = load ? chance.between(0, 3) : 0;
      int group = chance.percent(95) ? vd & -registers : vd;
      int word = whole(major, registers, eew) | base << 15 | group << 7;
      return new Word(letter + registers + "r", word);
    }
    if (kind == 1) {
      return new Word(letter + "m", major | UNMASKED | 11 << 20 | operands);
    }
    int word = major | width(width) << 12 | operands | mask(chance, load, vd);
    // QEMU 10.0 fails where an element of this load, or a load of segments, is in two pages.
    // It looks at the second page even for the sake of elements that are masked off.
    if (load && offset % 64 == 0 && chance.percent(25)) {
      return (offset & PAGE - 1) < PAGE / 2
          ? new Word("vleff", word | 16 << 20 | (chance.oneOf(1, 2, 4, 8) - 1) << 29)
          : new Word("vleff", word | 16 << 20 | UNMASKED);
    }
    return new Word(letter + "e", word | (fields(chance) - 1) << 29);
  }

  private static void strided(Sequence out, int base) {
    Chance chance = out.chance();
    Setting setting = Setting.draw(chance);
    int type = setting.vtype(chance);
    out.emit("vsetivli", 0xc0007057 | type << 20 | chance.between(0, 15) << 15);
    out.add(base, Registers.DATA, offset(chance));
    int stride = chance.between(10, 13);
    int step = chance.between(-120, 120);
    out.li(stride, chance.percent(60) ? step & -8 : step);
    maybeStart(out);
    boolean load = chance.percent(60);
    int width = chance.percent(70) ? setting.width : chance.between(0, 3);
    int vd = VectorInstructions.group(chance, width - setting.width + setting.multiplier);
    int word = (load ? LOAD : STORE) | width(width) << 12 | 2 << 26 | (fields(chance) - 1) << 29;
    word |= mask(chance, load, vd);
    out.emit(
        load ? "vlse" : "vsse",
        word | (chance.percent(10) ? 0 : stride) << 20 | base << 15 | vd << 7);
  }

  /** Offsets of any width, made small in their registers first. */
  private static void indexed(Sequence out, int base) {
    Chance chance = out.chance();
    Setting setting = Setting.draw(chance);
    int width = chance.between(0, 3);
    int offsets = chance.between(0, 31) & (chance.percent(60) ? -8 : -1);
    // As many offsets as the registers have, whatever vl will be.
    int all = chance.between(10, 13);
    out.emit("vsetvli", 0x00007057 | (width << 3 | 3) << 20 | all << 7);
    out.li(all, chance.percent(60) ? 0x3f8 : 0x3ff);
    if (width > 0) {
      out.emit("vand.x", 0x26004057 | (offsets & -8) << 20 | all << 15 | (offsets & -8) << 7);
    }
    int vl = chance.between(0, 31);
    out.emit("vsetivli", 0xc0007057 | setting.vtype(chance) << 20 | vl << 15);
    out.add(base, Registers.DATA, offset(chance) & -8);
    maybeStart(out);
    boolean load = chance.percent(60);
    int vd = VectorInstructions.group(chance, setting.multiplier);
    // QEMU 10.0 executes the reserved stores of which another field overlaps the offsets.
    int fields = load || width == setting.width ? fields(chance) : 1;
    int word = (load ? LOAD : STORE) | width(width) << 12 | (fields - 1) << 29;
    word |= chance.oneOf(1, 3) << 26 | mask(chance, load, Math.min(vd, offsets));
    out.emit(load ? "vlxei" : "vsxei", word | offsets << 20 | base << 15 | vd << 7);
  }

  private static boolean mayRefuse(Sequence out, Spot spot) {
    return spot.kind() == Spot.Kind.HOLE || out.world().bare();
  }

  /** Over pages that may fault, and over their ends. */
  static void faults(Sequence out) {
    Chance chance = out.chance();
    List<Spot> spots =
        out.world().spots().stream()
            .filter(spot -> spot.kind() != Spot.Kind.CODE || chance.percent(20))
            .toList();
    if (spots.isEmpty()) {
      return;
    }
    Spot spot = chance.oneOf(spots);
    Setting setting = Setting.draw(chance);
    set(out, setting);
    int base = chance.oneOf(14, 15);
    int offset = chance.percent(60) ? PAGE - chance.between(0, 300) : chance.between(0, PAGE - 1);
    boolean aligned = spot.kind() == Spot.Kind.HOLE || chance.percent(70);
    boolean load = spot.kind() == Spot.Kind.CODE || chance.percent(60);
    offset &= chance.percent(40) ? -64 : aligned ? -8 : -1;
    out.li(base, spot.va() + offset);
    out.csr("csrrwi", 0, VSTART, 0);
    // QEMU 10.0 changes vl, too, where this load of the first element is an access fault.
    Word word = unitStride(chance, setting, load ? LOAD : STORE, base, offset);
    while (word.mnemonic().equals("vleff") && mayRefuse(out, spot)) {
      word = unitStride(chance, setting, LOAD, base, offset);
    }
    out.emit(word);
    keepVectorCsr(out);
    out.csrRead(base, VSTART);
    out.keep(base);
    out.csr("csrrwi", 0, VSTART, 0);
  }
}
