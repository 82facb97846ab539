// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.Template.floating;

import java.util.List;
import java.util.stream.Stream;
import tombolo.riscv.differential.Template.Shape;

/** RV64F, RV64D, Zfa and Zfhmin. */
final class FloatInstructions {
  private static final int DOUBLE = 0x02000000;

  private FloatInstructions() {}

  static final List<Template> OPERATIONS =
      Stream.of(
              both(".s", 0),
              both(".d", DOUBLE),
              Stream.of(
                  convert("fcvt.s.d", 0x40100053),
                  convert("fcvt.d.s", 0x42000053),
                  floating("fmv.x.w", o -> Encode.r(0xe0000053, o.rd(), o.fs(), 0)),
                  floating("fmv.x.d", o -> Encode.r(0xe2000053, o.rd(), o.fs(), 0)),
                  floating("fmv.w.x", o -> Encode.r(0xf0000053, o.fd(), o.rs(), 0)),
                  floating("fmv.d.x", o -> Encode.r(0xf2000053, o.fd(), o.rs(), 0)),
                  floating("fcvtmod.w.d", o -> Encode.r(0xc2801053, o.rd(), o.fs(), 0)),
                  convert("fcvt.s.h", 0x40200053),
                  convert("fcvt.d.h", 0x42200053),
                  convert("fcvt.h.s", 0x44000053),
                  convert("fcvt.h.d", 0x44100053),
                  floating("fmv.x.h", o -> Encode.r(0xe4000053, o.rd(), o.fs(), 0)),
                  floating("fmv.h.x", o -> Encode.r(0xf4000053, o.fd(), o.rs(), 0))))
          .flatMap(templates -> templates)
          .toList();

  static final List<Template> LOADS =
      List.of(load("flh", 0x1007, 2), load("flw", 0x2007, 4), load("fld", 0x3007, 8));

  static final List<Template> STORES =
      List.of(store("fsh", 0x1027, 2), store("fsw", 0x2027, 4), store("fsd", 0x3027, 8));

  private static Stream<Template> both(String suffix, int format) {
    return Stream.of(
        fused("fmadd" + suffix, 0x00000043 | format),
        fused("fmsub" + suffix, 0x00000047 | format),
        fused("fnmsub" + suffix, 0x0000004b | format),
        fused("fnmadd" + suffix, 0x0000004f | format),
        rounded("fadd" + suffix, 0x00000053 | format),
        rounded("fsub" + suffix, 0x08000053 | format),
        rounded("fmul" + suffix, 0x10000053 | format),
        rounded("fdiv" + suffix, 0x18000053 | format),
        convert("fsqrt" + suffix, 0x58000053 | format),
        exact("fsgnj" + suffix, 0x20000053 | format),
        exact("fsgnjn" + suffix, 0x20001053 | format),
        exact("fsgnjx" + suffix, 0x20002053 | format),
        exact("fmin" + suffix, 0x28000053 | format),
        exact("fmax" + suffix, 0x28001053 | format),
        exact("fminm" + suffix, 0x28002053 | format),
        exact("fmaxm" + suffix, 0x28003053 | format),
        convert("fround" + suffix, 0x40400053 | format),
        convert("froundnx" + suffix, 0x40500053 | format),
        floating(
            "fli" + suffix,
            o -> Encode.r(0xf0100053 | format, o.fd(), o.chance().between(0, 31), 0)),
        compare("fleq" + suffix, 0xa0004053 | format),
        compare("fltq" + suffix, 0xa0005053 | format),
        compare("fle" + suffix, 0xa0000053 | format),
        compare("flt" + suffix, 0xa0001053 | format),
        compare("feq" + suffix, 0xa0002053 | format),
        floating("fclass" + suffix, o -> Encode.r(0xe0001053 | format, o.rd(), o.fs(), 0)),
        toInteger("fcvt.w" + suffix, 0xc0000053 | format),
        toInteger("fcvt.wu" + suffix, 0xc0100053 | format),
        toInteger("fcvt.l" + suffix, 0xc0200053 | format),
        toInteger("fcvt.lu" + suffix, 0xc0300053 | format),
        fromInteger("fcvt" + suffix + ".w", 0xd0000053 | format),
        fromInteger("fcvt" + suffix + ".wu", 0xd0100053 | format),
        fromInteger("fcvt" + suffix + ".l", 0xd0200053 | format),
        fromInteger("fcvt" + suffix + ".lu", 0xd0300053 | format));
  }

  private static Template fused(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r4(word, o.fd(), o.fs(), o.fs(), o.fs(), o.rm()));
  }

  private static Template rounded(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word | o.rm() << 12, o.fd(), o.fs(), o.fs()));
  }

  private static Template convert(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word | o.rm() << 12, o.fd(), o.fs(), 0));
  }

  private static Template exact(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word, o.fd(), o.fs(), o.fs()));
  }

  private static Template compare(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word, o.rd(), o.fs(), o.fs()));
  }

  private static Template toInteger(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word | o.rm() << 12, o.rd(), o.fs(), 0));
  }

  private static Template fromInteger(String mnemonic, int word) {
    return floating(mnemonic, o -> Encode.r(word | o.rm() << 12, o.fd(), o.rs(), 0));
  }

  private static Template load(String mnemonic, int word, int size) {
    return new Template(
        mnemonic, Shape.LOAD, size, o -> Encode.i(word, o.fd(), o.base(), o.offset(size)));
  }

  private static Template store(String mnemonic, int word, int size) {
    return new Template(
        mnemonic, Shape.STORE, size, o -> Encode.s(word, o.base(), o.fs(), o.offset(size)));
  }
}
