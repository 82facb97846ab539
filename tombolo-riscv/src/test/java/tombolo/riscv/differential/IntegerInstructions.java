// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.Template.integer;

import java.util.List;
import tombolo.riscv.differential.Template.Shape;

/** RV64I without jumps, branches and system instructions, and RV64M. */
final class IntegerInstructions {
  private IntegerInstructions() {}

  static final List<Template> ARITHMETIC =
      List.of(
          register("add", 0x00000033),
          register("sub", 0x40000033),
          register("sll", 0x00001033),
          register("slt", 0x00002033),
          register("sltu", 0x00003033),
          register("xor", 0x00004033),
          register("srl", 0x00005033),
          register("sra", 0x40005033),
          register("or", 0x00006033),
          register("and", 0x00007033),
          register("addw", 0x0000003b),
          register("subw", 0x4000003b),
          register("sllw", 0x0000103b),
          register("srlw", 0x0000503b),
          register("sraw", 0x4000503b),
          immediate("addi", 0x00000013),
          immediate("slti", 0x00002013),
          immediate("sltiu", 0x00003013),
          immediate("xori", 0x00004013),
          immediate("ori", 0x00006013),
          immediate("andi", 0x00007013),
          immediate("addiw", 0x0000001b),
          shift("slli", 0x00001013, 6),
          shift("srli", 0x00005013, 6),
          shift("srai", 0x40005013, 6),
          shift("slliw", 0x0000101b, 5),
          shift("srliw", 0x0000501b, 5),
          shift("sraiw", 0x4000501b, 5),
          integer("lui", o -> Encode.u(0x00000037, o.rd(), o.chance().bits32() >>> 12)),
          integer("auipc", o -> Encode.u(0x00000017, o.rd(), o.chance().bits32() >>> 12)),
          integer("fence", o -> Encode.i(0x0000000f, 0, 0, o.chance().between(0, 255))),
          integer("fence.tso", o -> 0x8330000f));

  static final List<Template> MULTIPLY =
      List.of(
          register("mul", 0x02000033),
          register("mulh", 0x02001033),
          register("mulhsu", 0x02002033),
          register("mulhu", 0x02003033),
          register("div", 0x02004033),
          register("divu", 0x02005033),
          register("rem", 0x02006033),
          register("remu", 0x02007033),
          register("mulw", 0x0200003b),
          register("divw", 0x0200403b),
          register("divuw", 0x0200503b),
          register("remw", 0x0200603b),
          register("remuw", 0x0200703b));

  static final List<Template> LOADS =
      List.of(
          load("lb", 0x00000003, 1),
          load("lh", 0x00001003, 2),
          load("lw", 0x00002003, 4),
          load("ld", 0x00003003, 8),
          load("lbu", 0x00004003, 1),
          load("lhu", 0x00005003, 2),
          load("lwu", 0x00006003, 4));

  static final List<Template> STORES =
      List.of(
          store("sb", 0x00000023, 1),
          store("sh", 0x00001023, 2),
          store("sw", 0x00002023, 4),
          store("sd", 0x00003023, 8));

  static Template register(String mnemonic, int word) {
    return integer(mnemonic, o -> Encode.r(word, o.rd(), o.rs(), o.rs()));
  }

  static Template shift(String mnemonic, int word, int bits) {
    return integer(mnemonic, o -> Encode.i(word, o.rd(), o.rs(), o.shift(bits)));
  }

  private static Template immediate(String mnemonic, int word) {
    return integer(mnemonic, o -> Encode.i(word, o.rd(), o.rs(), o.immediate12()));
  }

  private static Template load(String mnemonic, int word, int size) {
    return new Template(
        mnemonic, Shape.LOAD, size, o -> Encode.i(word, o.rd(), o.base(), o.offset(size)));
  }

  private static Template store(String mnemonic, int word, int size) {
    return new Template(
        mnemonic, Shape.STORE, size, o -> Encode.s(word, o.base(), o.rs(), o.offset(size)));
  }
}
