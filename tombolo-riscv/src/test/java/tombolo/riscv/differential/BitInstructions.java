// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.IntegerInstructions.register;
import static tombolo.riscv.differential.IntegerInstructions.shift;
import static tombolo.riscv.differential.Template.integer;

import java.util.List;

/** Zba, Zbb, Zbs and Zicond. */
final class BitInstructions {
  private BitInstructions() {}

  static final List<Template> ALL =
      List.of(
          register("sh1add", 0x20002033),
          register("sh2add", 0x20004033),
          register("sh3add", 0x20006033),
          register("add.uw", 0x0800003b),
          register("sh1add.uw", 0x2000203b),
          register("sh2add.uw", 0x2000403b),
          register("sh3add.uw", 0x2000603b),
          shift("slli.uw", 0x0800101b, 6),
          register("andn", 0x40007033),
          register("orn", 0x40006033),
          register("xnor", 0x40004033),
          unary("clz", 0x60001013),
          unary("ctz", 0x60101013),
          unary("cpop", 0x60201013),
          unary("clzw", 0x6000101b),
          unary("ctzw", 0x6010101b),
          unary("cpopw", 0x6020101b),
          register("max", 0x0a006033),
          register("maxu", 0x0a007033),
          register("min", 0x0a004033),
          register("minu", 0x0a005033),
          unary("sext.b", 0x60401013),
          unary("sext.h", 0x60501013),
          unary("zext.h", 0x0800403b),
          register("rol", 0x60001033),
          register("rolw", 0x6000103b),
          register("ror", 0x60005033),
          register("rorw", 0x6000503b),
          shift("rori", 0x60005013, 6),
          shift("roriw", 0x6000501b, 5),
          unary("orc.b", 0x28705013),
          unary("rev8", 0x6b805013),
          register("bclr", 0x48001033),
          shift("bclri", 0x48001013, 6),
          register("bext", 0x48005033),
          shift("bexti", 0x48005013, 6),
          register("binv", 0x68001033),
          shift("binvi", 0x68001013, 6),
          register("bset", 0x28001033),
          shift("bseti", 0x28001013, 6),
          register("czero.eqz", 0x0e005033),
          register("czero.nez", 0x0e007033));

  private static Template unary(String mnemonic, int word) {
    return integer(mnemonic, o -> Encode.i(word, o.rd(), o.rs(), 0));
  }
}
