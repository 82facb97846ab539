// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.Template.integer;

import java.util.List;
import java.util.function.ToIntFunction;
import tombolo.riscv.differential.Template.Shape;

/** RV64C with F and D, without jumps and branches; Zcb and Zcmop. */
final class CompressedInstructions {
  private CompressedInstructions() {}

  static final List<Template> ARITHMETIC =
      List.of(
          integer(
              "c.addi4spn", o -> Encode.ciw(0x0000, o.rdShort(), o.chance().between(1, 255) * 4)),
          integer("c.nop", o -> Encode.ci(0x0001, 0, o.chance().oneOf(0, 0, 1, 31, -1))),
          integer("c.addi", o -> Encode.ci(0x0001, o.rdNotZero(), nonZero(o))),
          integer("c.addiw", o -> Encode.ci(0x2001, o.rdNotZero(), signed(o))),
          integer("c.li", o -> Encode.ci(0x4001, o.rd(), signed(o))),
          integer("c.lui", o -> Encode.ci(0x6001, o.rd(), nonZero(o))),
          integer("c.slli", o -> Encode.ci(0x0002, o.rdNotZero(), o.shift(6))),
          integer("c.srli", o -> Encode.cbImmediate(0x8001, o.rdShort(), o.shift(6))),
          integer("c.srai", o -> Encode.cbImmediate(0x8401, o.rdShort(), o.shift(6))),
          integer("c.andi", o -> Encode.cbImmediate(0x8801, o.rdShort(), signed(o))),
          integer("c.sub", o -> Encode.ca(0x8c01, o.rdShort(), o.rsShort())),
          integer("c.xor", o -> Encode.ca(0x8c21, o.rdShort(), o.rsShort())),
          integer("c.or", o -> Encode.ca(0x8c41, o.rdShort(), o.rsShort())),
          integer("c.and", o -> Encode.ca(0x8c61, o.rdShort(), o.rsShort())),
          integer("c.subw", o -> Encode.ca(0x9c01, o.rdShort(), o.rsShort())),
          integer("c.addw", o -> Encode.ca(0x9c21, o.rdShort(), o.rsShort())),
          integer("c.mv", o -> Encode.cr(0x8002, o.rd(), o.rsNotZero())),
          integer("c.add", o -> Encode.cr(0x9002, o.rd(), o.rsNotZero())),
          integer("c.mul", o -> Encode.ca(0x9c41, o.rdShort(), o.rsShort())),
          unary("c.zext.b", 0x9c61),
          unary("c.sext.b", 0x9c65),
          unary("c.zext.h", 0x9c69),
          unary("c.sext.h", 0x9c6d),
          unary("c.zext.w", 0x9c71),
          unary("c.not", 0x9c75),
          integer("c.mop.n", o -> 0x6081 | o.chance().between(0, 7) << 8));

  static final List<Template> LOADS =
      List.of(
          shortAccess(
              "c.lbu",
              Shape.LOAD,
              1,
              o -> Encode.clShort(0x8000, o.rdShort(), o.baseShort(), o.offsetBelow(4, 1))),
          shortAccess(
              "c.lhu",
              Shape.LOAD,
              2,
              o -> Encode.clShort(0x8400, o.rdShort(), o.baseShort(), o.offsetBelow(4, 2))),
          shortAccess(
              "c.lh",
              Shape.LOAD,
              2,
              o -> Encode.clShort(0x8440, o.rdShort(), o.baseShort(), o.offsetBelow(4, 2))),
          shortAccess(
              "c.lw",
              Shape.LOAD,
              4,
              o -> Encode.clWord(0x4000, o.rdShort(), o.baseShort(), o.offsetBelow(128, 4))),
          shortAccess(
              "c.ld",
              Shape.LOAD,
              8,
              o -> Encode.clDouble(0x6000, o.rdShort(), o.baseShort(), o.offsetBelow(256, 8))),
          shortAccess(
              "c.fld",
              Shape.LOAD,
              8,
              o -> Encode.clDouble(0x2000, o.fdShort(), o.baseShort(), o.offsetBelow(256, 8))));

  static final List<Template> STORES =
      List.of(
          shortAccess(
              "c.sb",
              Shape.STORE,
              1,
              o -> Encode.clShort(0x8800, o.rsShort(), o.baseShort(), o.offsetBelow(4, 1))),
          shortAccess(
              "c.sh",
              Shape.STORE,
              2,
              o -> Encode.clShort(0x8c00, o.rsShort(), o.baseShort(), o.offsetBelow(4, 2))),
          shortAccess(
              "c.sw",
              Shape.STORE,
              4,
              o -> Encode.clWord(0xc000, o.rsShort(), o.baseShort(), o.offsetBelow(128, 4))),
          shortAccess(
              "c.sd",
              Shape.STORE,
              8,
              o -> Encode.clDouble(0xe000, o.rsShort(), o.baseShort(), o.offsetBelow(256, 8))),
          shortAccess(
              "c.fsd",
              Shape.STORE,
              8,
              o -> Encode.clDouble(0xa000, o.fsShort(), o.baseShort(), o.offsetBelow(256, 8))));

  static final List<Template> STACK =
      List.of(
          stack("c.lwsp", 4, o -> Encode.ciLoadWord(0x4002, o.rdNotZero(), o.offsetBelow(256, 4))),
          stack(
              "c.ldsp", 8, o -> Encode.ciLoadDouble(0x6002, o.rdNotZero(), o.offsetBelow(512, 8))),
          stack("c.fldsp", 8, o -> Encode.ciLoadDouble(0x2002, o.fd(), o.offsetBelow(512, 8))),
          stack("c.swsp", 4, o -> Encode.cssWord(0xc002, o.rs(), o.offsetBelow(256, 4))),
          stack("c.sdsp", 8, o -> Encode.cssDouble(0xe002, o.rs(), o.offsetBelow(512, 8))),
          stack("c.fsdsp", 8, o -> Encode.cssDouble(0xa002, o.fs(), o.offsetBelow(512, 8))));

  static Word stackStep(int bytes) {
    return new Word("c.addi16sp", Encode.ciStackStep(0x6101, bytes));
  }

  private static int signed(Operands operands) {
    return operands.chance().between(-32, 31);
  }

  private static int nonZero(Operands operands) {
    int value = signed(operands);
    return value == 0 ? -32 : value;
  }

  private static Template unary(String mnemonic, int word) {
    return integer(mnemonic, o -> Encode.ca(word, o.rdShort(), 8));
  }

  private static Template shortAccess(
      String mnemonic, Shape shape, int size, ToIntFunction<Operands> encoder) {
    return new Template(mnemonic, shape, size, encoder);
  }

  private static Template stack(String mnemonic, int size, ToIntFunction<Operands> encoder) {
    return new Template(mnemonic, Shape.STACK, size, encoder);
  }
}
