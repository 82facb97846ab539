// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/** Instructions that trap, or that must not. */
final class TrapSnippets {
  private static final int SBI_BASE = 0x10;
  private static final int SBI_PROBE_EXTENSION = 3;
  private static final int NO_EXTENSION = 0x0aaaaaaa;

  /** Encodings next to legal ones, that the specification reserves or defines to be illegal. */
  private static final List<Integer> RESERVED =
      List.of(
          0x00000000, // all zeros: c.unimp
          0xffffffff, // all ones
          0x00008067 | 1 << 12, // jalr with funct3 1
          0x02001013 | 1 << 26, // slli with bit 26
          0x0000101b | 1 << 25, // slliw by 32
          0x4000101b, // slliw with bit 30
          0x02000033 | 1 << 27, // mul with bit 27
          0x0000000f | 3 << 12, // misc-mem with funct3 3
          0x0000003b | 2 << 12, // funct3 2 of op-32
          0x1000002f | 3 << 12 | 1 << 20, // lr.d with rs2
          0x0000002f | 4 << 12, // amoadd of 16 bytes
          0xe0000053 | 3 << 12, // fclass with funct3 3
          0x20000053 | 3 << 12, // fsgnj with funct3 3
          0x04000053, // fadd.h
          0x06000053, // fadd.q
          0x00000007 | 4 << 12, // flq
          0x12000007, // vle128.v
          0x00900007, // a unit-stride load of no kind
          0x01000027, // a fault-only-first store
          0x42800007, // vl3re8.v
          0x02805027, // vs1re16.v
          0x20000057, // funct6 8 of OPIVV
          0x00003057 | 2 << 26, // vsub.vi
          0x42000057, // vadc.vvm without a mask
          0x5e100057, // vmv.v.v with vs2
          0x9e013057, // vmv3r.v
          0x82007057, // vsetvl with bit 25
          0x0a001033, // clmul
          0x0a003033, // clmulh
          0x0e006033, // between czero.eqz and czero.nez
          0xf4100053, // fli.h: needs Zfh, as do the next six
          0x44400053, // fround.h
          0x2c002053, // fminm.h
          0xa4004053, // fleq.h
          0x44200053, // fcvt.h.h
          0xc4000053, // fcvt.w.h
          0xe4001053, // fclass.h
          0xe2100053, // fmvh.x.d: only RV32 has it
          0xb2000053, // fmvp.d.x: the same
          0xc2800053, // fcvtmod.w.d with another rounding mode than rtz
          0xc2807053, // the same
          0xc0801053, // fcvtmod.w.s
          0xf0101053, // fli.s with funct3 1
          0x40405053, // fround.s with a reserved rounding mode
          0x40600053, // fcvt.s of format 6
          0x91c04073, // mop.r.0 with bit 28
          0xa2004073, // mop.rr.0 with bit 29
          0x80004073, // neither of the two
          0x0030200f | 8 << 15, // cbo of function 3
          0x0050200f | 8 << 15,
          0x0000208f | 8 << 15, // cbo.inval with rd
          0x00100073 | 1 << 7, // ebreak with rd
          0x00000073 | 1 << 15, // ecall with rs1
          0x30200073, // mret
          0x00200073, // uret
          0x7b200073, // dret
          0x00d00073, // wrs.nto
          0x01d00073, // wrs.sto
          0x10400073, // sfence.vm
          0x16000073, // sinval.vma
          0x18000073, // sfence.w.inval
          0x22000073, // hfence.vvma
          0x62000073, // hfence.gvma
          0x60004073, // hlv.b
          0x0000006b, // a custom opcode's neighbour, reserved
          0x00000077,
          0x0000000b, // custom-0
          0x0000002b, // custom-1
          0x0000005b, // custom-2
          0x0000007b, // custom-3
          0x0000001f, // the start of a 48-bit instruction
          0x0000003f); // the start of a 64-bit instruction

  private static final List<Integer> RESERVED_COMPRESSED =
      List.of(
          0x0000, // defined to be illegal
          0x0004, // c.addi4spn of 0, x9
          0x9000, // quadrant 0, funct3 4, reserved
          0x8c40, // c.sh with bit 6
          0x8ffc, // the same
          0x2001, // c.addiw to x0
          0x6101, // c.addi16sp of 0
          0x6201, // c.lui x4 of 0: the even ones are no c.mop
          0x6881, // c.lui x17 of 0: the high ones neither
          0x4002, // c.lwsp to x0
          0x6002, // c.ldsp to x0
          0x8002, // c.jr x0
          0x9c79, // quadrant 1, funct3 4, reserved
          0x9c7d);

  /** Without wfi, whose sepc is wrong on QEMU if it lies across two pages. */
  private static final List<Word> PRIVILEGED =
      List.of(
          new Word("sret", 0x10200073),
          new Word("sfence.vma", 0x12000073),
          new Word("sfence.vma", 0x12b50073));

  private TrapSnippets() {}

  static void reserved(Sequence out) {
    if (out.chance().percent(60)) {
      out.emit("(reserved)", out.chance().oneOf(RESERVED));
    } else {
      out.emit("(reserved)", out.chance().oneOf(RESERVED_COMPRESSED));
    }
  }

  static void garbage(Sequence out) {
    for (int i = out.chance().between(1, 3); i > 0; i--) {
      out.emit(Garbage.word(out.chance()));
      out.emit(Garbage.halfword(out.chance()));
    }
  }

  static void breakpoint(Sequence out) {
    if (out.chance().percent(50)) {
      out.emit("ebreak", 0x00100073);
    } else {
      out.emit("c.ebreak", 0x9002);
    }
  }

  /** From U a trap; from S a call of the firmware, which says that there is no such extension. */
  static void environmentCall(Sequence out) {
    if (out.world().supervisor()) {
      out.li(Registers.A7, SBI_BASE);
      out.li(Registers.A6, SBI_PROBE_EXTENSION);
      out.li(Registers.A0, NO_EXTENSION);
    }
    out.emit("ecall", 0x00000073);
  }

  /** For U-mode: all of them are illegal there. */
  static void privileged(Sequence out) {
    out.emit(out.chance().oneOf(PRIVILEGED));
  }

  /** A rounding mode that is reserved, in the instruction or in frm. */
  static void roundingMode(Sequence out) {
    Template template = out.chance().oneOf(FloatInstructions.OPERATIONS);
    out.csr("csrrwi", 0, 2, out.chance().between(5, 7));
    out.emit(template);
    out.csr("csrrwi", 0, 2, out.chance().between(0, 4));
    out.emit(template);
  }
}
