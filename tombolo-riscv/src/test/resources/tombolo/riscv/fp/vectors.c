// SPDX-License-Identifier: Apache-2.0
// Executes floating-point instructions on operands from standard input and writes what they give.
//
// A record in: instruction number, rounding mode, three source registers (u32, u32, u64, u64, u64).
// A record out: destination register and fflags (u64, u64). All little-endian.
// The instructions are those of Operation.java, in its order.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct vector {
  uint32_t instruction;
  uint32_t rounding;
  uint64_t a, b, c;
};

struct result {
  uint64_t value;
  uint64_t flags;
};

// The operands are moved as 64 bits, so a single may be improperly NaN-boxed. Writing fcsr clears
// the flags and sets the dynamic rounding mode, which the assembler's default `dyn` refers to.
#define RUN(text, destination)                                                                  \
  asm volatile("fscsr %5\n fmv.d.x ft0, %2\n fmv.d.x ft1, %3\n fmv.d.x ft2, %4\n" text "\n"     \
               destination "\n frflags %1"                                                      \
               : "=&r"(value), "=&r"(flags)                                                     \
               : "r"(v.a), "r"(v.b), "r"(v.c), "r"((uint64_t)v.rounding << 5)                   \
               : "ft0", "ft1", "ft2", "ft3", "t0")
#define FROM_FLOAT "fmv.x.d %0, ft3"
#define FROM_INTEGER "mv %0, t0"

#define FFFF(name) RUN(name " ft3, ft0, ft1, ft2", FROM_FLOAT); break
#define FFF(name) RUN(name " ft3, ft0, ft1", FROM_FLOAT); break
#define FF(name) RUN(name " ft3, ft0", FROM_FLOAT); break
#define XFF(name) RUN(name " t0, ft0, ft1", FROM_INTEGER); break
#define XF(name) RUN(name " t0, ft0", FROM_INTEGER); break
#define FX(name) RUN(name " ft3, %2", FROM_FLOAT); break

static struct result execute(struct vector v) {
  uint64_t value, flags;
  switch (v.instruction) {
    case 0: FFF("fadd.s");
    case 1: FFF("fsub.s");
    case 2: FFF("fmul.s");
    case 3: FFF("fdiv.s");
    case 4: FF("fsqrt.s");
    case 5: FFFF("fmadd.s");
    case 6: FFFF("fmsub.s");
    case 7: FFFF("fnmsub.s");
    case 8: FFFF("fnmadd.s");
    case 9: FFF("fmin.s");
    case 10: FFF("fmax.s");
    case 11: XFF("feq.s");
    case 12: XFF("flt.s");
    case 13: XFF("fle.s");
    case 14: XF("fclass.s");
    case 15: XF("fcvt.w.s");
    case 16: XF("fcvt.wu.s");
    case 17: XF("fcvt.l.s");
    case 18: XF("fcvt.lu.s");
    case 19: FX("fcvt.s.w");
    case 20: FX("fcvt.s.wu");
    case 21: FX("fcvt.s.l");
    case 22: FX("fcvt.s.lu");
    case 23: FF("fcvt.s.d");
    case 24: FFF("fadd.d");
    case 25: FFF("fsub.d");
    case 26: FFF("fmul.d");
    case 27: FFF("fdiv.d");
    case 28: FF("fsqrt.d");
    case 29: FFFF("fmadd.d");
    case 30: FFFF("fmsub.d");
    case 31: FFFF("fnmsub.d");
    case 32: FFFF("fnmadd.d");
    case 33: FFF("fmin.d");
    case 34: FFF("fmax.d");
    case 35: XFF("feq.d");
    case 36: XFF("flt.d");
    case 37: XFF("fle.d");
    case 38: XF("fclass.d");
    case 39: XF("fcvt.w.d");
    case 40: XF("fcvt.wu.d");
    case 41: XF("fcvt.l.d");
    case 42: XF("fcvt.lu.d");
    case 43: FX("fcvt.d.w");
    case 44: FX("fcvt.d.wu");
    case 45: FX("fcvt.d.l");
    case 46: FX("fcvt.d.lu");
    case 47: FF("fcvt.d.s");
    // Zfa and Zfhmin, as words: the assembler may not know them. Function 7 is rounded dynamically.
    case 48: RUN(".insn r 0x53, 2, 0x14, ft3, ft0, ft1", FROM_FLOAT); break;  // fminm.s
    case 49: RUN(".insn r 0x53, 3, 0x14, ft3, ft0, ft1", FROM_FLOAT); break;  // fmaxm.s
    case 50: RUN(".insn r 0x53, 7, 0x20, ft3, ft0, f4", FROM_FLOAT); break;  // fround.s
    case 51: RUN(".insn r 0x53, 7, 0x20, ft3, ft0, f5", FROM_FLOAT); break;  // froundnx.s
    case 52: RUN(".insn r 0x53, 5, 0x50, t0, ft0, ft1", FROM_INTEGER); break;  // fltq.s
    case 53: RUN(".insn r 0x53, 4, 0x50, t0, ft0, ft1", FROM_INTEGER); break;  // fleq.s
    case 54: RUN(".insn r 0x53, 2, 0x15, ft3, ft0, ft1", FROM_FLOAT); break;  // fminm.d
    case 55: RUN(".insn r 0x53, 3, 0x15, ft3, ft0, ft1", FROM_FLOAT); break;  // fmaxm.d
    case 56: RUN(".insn r 0x53, 7, 0x21, ft3, ft0, f4", FROM_FLOAT); break;  // fround.d
    case 57: RUN(".insn r 0x53, 7, 0x21, ft3, ft0, f5", FROM_FLOAT); break;  // froundnx.d
    case 58: RUN(".insn r 0x53, 5, 0x51, t0, ft0, ft1", FROM_INTEGER); break;  // fltq.d
    case 59: RUN(".insn r 0x53, 4, 0x51, t0, ft0, ft1", FROM_INTEGER); break;  // fleq.d
    case 60: RUN(".insn r 0x53, 1, 0x61, t0, ft0, f8", FROM_INTEGER); break;  // fcvtmod.w.d
    case 61: RUN(".insn r 0x53, 7, 0x22, ft3, ft0, f0", FROM_FLOAT); break;  // fcvt.h.s
    case 62: RUN(".insn r 0x53, 7, 0x22, ft3, ft0, f1", FROM_FLOAT); break;  // fcvt.h.d
    case 63: RUN(".insn r 0x53, 7, 0x20, ft3, ft0, f2", FROM_FLOAT); break;  // fcvt.s.h
    case 64: RUN(".insn r 0x53, 7, 0x21, ft3, ft0, f2", FROM_FLOAT); break;  // fcvt.d.h
    default: exit(2);
  }
  return (struct result){value, flags};
}

int main(void) {
  static struct vector in[4096];
  static struct result out[4096];
  size_t count;
  while ((count = fread(in, sizeof in[0], 4096, stdin)) > 0) {
    for (size_t i = 0; i < count; i++) {
      out[i] = execute(in[i]);
    }
    if (fwrite(out, sizeof out[0], count, stdout) != count) {
      return 1;
    }
  }
  return ferror(stdin) ? 1 : 0;
}
