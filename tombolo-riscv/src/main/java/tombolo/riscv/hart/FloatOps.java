// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static tombolo.riscv.fp.NanBox.box;
import static tombolo.riscv.fp.NanBox.boxHalf;
import static tombolo.riscv.fp.NanBox.unbox;
import static tombolo.riscv.fp.NanBox.unboxHalf;

import tombolo.riscv.fp.Float16;
import tombolo.riscv.fp.Float32;
import tombolo.riscv.fp.Float64;
import tombolo.riscv.fp.FpConstants;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.FloatDecoder;
import tombolo.riscv.isa.Op;

/**
 * Semantics of the F, D, Zfa and Zfhmin extensions on a hart's registers; the arithmetic itself is
 * in {@link tombolo.riscv.fp}. With sstatus.FS off, and with a reserved rounding mode in frm, an
 * operation is an illegal instruction; one that writes a register or a flag makes FS dirty.
 */
final class FloatOps {
  private static final int SIGN32 = 1 << 31;
  private static final long SIGN64 = 1L << 63;

  private FloatOps() {}

  /** FLH, FLW or FLD from a virtual address; whether it completed. */
  static boolean load(Hart hart, long op, long va) {
    if (hart.floatingPointIsOff()) {
      return illegal(hart);
    }
    long host = hart.mmu.tlb.readAddress(va);
    if (host != Tlb.INVALID && Op.opcode(op) == Op.FLD && (va & 7) == 0) {
      hart.f[Op.rd(op)] = HostBytes.getLong(host);
    } else if (host != Tlb.INVALID && Op.opcode(op) == Op.FLW && (va & 3) == 0) {
      hart.f[Op.rd(op)] = box(HostBytes.getInt(host));
    } else if (!hart.access.load(op, va)) {
      return false;
    }
    hart.dirtyFloatingPoint();
    return true;
  }

  /** FSH, FSW or FSD to a virtual address; whether it completed. */
  static boolean store(Hart hart, long op, long va) {
    if (hart.floatingPointIsOff()) {
      return illegal(hart);
    }
    long value = hart.f[Op.rs2(op)];
    long host = hart.mmu.tlb.writeAddress(va);
    if (host != Tlb.INVALID && Op.opcode(op) == Op.FSD && (va & 7) == 0) {
      HostBytes.putLong(host, value);
      return true;
    }
    return hart.access.store(op, va, value);
  }

  /** Any operation between registers; whether it completed. */
  static boolean execute(Hart hart, long op) {
    int selector = Op.immediate(op);
    int mode = selector >>> 8 & 7;
    if (mode == FloatDecoder.DYNAMIC) {
      mode = hart.roundingMode;
      if (mode > 4) {
        return illegal(hart);
      }
    }
    if (hart.floatingPointIsOff()) {
      return illegal(hart);
    }
    hart.dirtyFloatingPoint();
    int function = selector & 0x3f;
    if ((selector & DOUBLE) != 0) {
      execute64(hart, op, function, mode);
    } else {
      execute32(hart, op, function, mode);
    }
    return true;
  }

  private static final int DOUBLE = FloatDecoder.DOUBLE;

  private static boolean illegal(Hart hart) {
    hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
    return false;
  }

  private static void execute64(Hart hart, long op, int function, int mode) {
    FpEnvironment fp = hart.fp;
    long[] f = hart.f;
    long a = f[Op.rs1(op) & 31];
    long b = f[Op.rs2(op) & 31];
    long c = f[Op.immediate(op) >>> 16 & 31];
    if (function >= FloatDecoder.FIRST_TO_INTEGER) {
      hart.x[Op.rd(op)] =
          switch (function) {
            case FloatDecoder.EQ -> Float64.eq(fp, a, b) ? 1 : 0;
            case FloatDecoder.LT -> Float64.lt(fp, a, b) ? 1 : 0;
            case FloatDecoder.LE -> Float64.le(fp, a, b) ? 1 : 0;
            case FloatDecoder.CLASS -> Float64.classify(a);
            case FloatDecoder.TO_I32 -> Float64.toI32(fp, mode, a);
            case FloatDecoder.TO_U32 -> Float64.toU32(fp, mode, a);
            case FloatDecoder.TO_I64 -> Float64.toI64(fp, mode, a);
            case FloatDecoder.TO_U64 -> Float64.toU64(fp, mode, a);
            case FloatDecoder.QUIET_LE -> Float64.quietLe(fp, a, b) ? 1 : 0;
            case FloatDecoder.QUIET_LT -> Float64.quietLt(fp, a, b) ? 1 : 0;
            case FloatDecoder.TO_I32_MODULO -> Float64.toI32Modulo(fp, a);
            default -> a;
          };
      return;
    }
    long integer = hart.x[Op.rs1(op)];
    f[Op.rd(op) & 31] =
        switch (function) {
          case FloatDecoder.ADD -> Float64.add(fp, mode, a, b);
          case FloatDecoder.SUB -> Float64.sub(fp, mode, a, b);
          case FloatDecoder.MUL -> Float64.mul(fp, mode, a, b);
          case FloatDecoder.DIV -> Float64.div(fp, mode, a, b);
          case FloatDecoder.SQRT -> Float64.sqrt(fp, mode, a);
          case FloatDecoder.SGNJ -> (a & ~SIGN64) | (b & SIGN64);
          case FloatDecoder.SGNJN -> (a & ~SIGN64) | (~b & SIGN64);
          case FloatDecoder.SGNJX -> a ^ (b & SIGN64);
          case FloatDecoder.MIN -> Float64.min(fp, a, b);
          case FloatDecoder.MAX -> Float64.max(fp, a, b);
          case FloatDecoder.CONVERT -> Float32.toFloat64(fp, unbox(a));
          case FloatDecoder.FROM_I32 -> Float64.fromI32((int) integer);
          case FloatDecoder.FROM_U32 -> Float64.fromU32((int) integer);
          case FloatDecoder.FROM_I64 -> Float64.fromI64(fp, mode, integer);
          case FloatDecoder.FROM_U64 -> Float64.fromU64(fp, mode, integer);
          case FloatDecoder.MADD -> Float64.fma(fp, mode, a, b, c);
          case FloatDecoder.MSUB -> Float64.fma(fp, mode, a, b, c ^ SIGN64);
          case FloatDecoder.NMSUB -> Float64.fma(fp, mode, a ^ SIGN64, b, c);
          case FloatDecoder.NMADD -> Float64.fma(fp, mode, a ^ SIGN64, b, c ^ SIGN64);
          case FloatDecoder.MINM -> Float64.minimum(fp, a, b);
          case FloatDecoder.MAXM -> Float64.maximum(fp, a, b);
          case FloatDecoder.ROUND -> Float64.round(fp, mode, a, false);
          case FloatDecoder.ROUNDNX -> Float64.round(fp, mode, a, true);
          case FloatDecoder.CONSTANT -> FpConstants.binary64(Op.rs1(op));
          case FloatDecoder.FROM_HALF -> Float16.toFloat64(fp, unboxHalf(a));
          case FloatDecoder.TO_HALF -> boxHalf(Float16.fromFloat64(fp, mode, a));
          default -> integer;
        };
  }

  private static void execute32(Hart hart, long op, int function, int mode) {
    FpEnvironment fp = hart.fp;
    long[] f = hart.f;
    int a = unbox(f[Op.rs1(op) & 31]);
    int b = unbox(f[Op.rs2(op) & 31]);
    int c = unbox(f[Op.immediate(op) >>> 16 & 31]);
    if (function >= FloatDecoder.FIRST_TO_INTEGER) {
      hart.x[Op.rd(op)] =
          switch (function) {
            case FloatDecoder.EQ -> Float32.eq(fp, a, b) ? 1 : 0;
            case FloatDecoder.LT -> Float32.lt(fp, a, b) ? 1 : 0;
            case FloatDecoder.LE -> Float32.le(fp, a, b) ? 1 : 0;
            case FloatDecoder.CLASS -> Float32.classify(a);
            case FloatDecoder.TO_I32 -> Float32.toI32(fp, mode, a);
            case FloatDecoder.TO_U32 -> Float32.toU32(fp, mode, a);
            case FloatDecoder.TO_I64 -> Float32.toI64(fp, mode, a);
            case FloatDecoder.TO_U64 -> Float32.toU64(fp, mode, a);
            case FloatDecoder.QUIET_LE -> Float32.quietLe(fp, a, b) ? 1 : 0;
            case FloatDecoder.QUIET_LT -> Float32.quietLt(fp, a, b) ? 1 : 0;
            case FloatDecoder.MOVE_HALF_TO_X -> (short) f[Op.rs1(op) & 31];
            default -> (int) f[Op.rs1(op) & 31]; // moves bits, boxed or not
          };
      return;
    }
    long integer = hart.x[Op.rs1(op)];
    int result =
        switch (function) {
          case FloatDecoder.ADD -> Float32.add(fp, mode, a, b);
          case FloatDecoder.SUB -> Float32.sub(fp, mode, a, b);
          case FloatDecoder.MUL -> Float32.mul(fp, mode, a, b);
          case FloatDecoder.DIV -> Float32.div(fp, mode, a, b);
          case FloatDecoder.SQRT -> Float32.sqrt(fp, mode, a);
          case FloatDecoder.SGNJ -> (a & ~SIGN32) | (b & SIGN32);
          case FloatDecoder.SGNJN -> (a & ~SIGN32) | (~b & SIGN32);
          case FloatDecoder.SGNJX -> a ^ (b & SIGN32);
          case FloatDecoder.MIN -> Float32.min(fp, a, b);
          case FloatDecoder.MAX -> Float32.max(fp, a, b);
          case FloatDecoder.CONVERT -> Float64.toFloat32(fp, mode, f[Op.rs1(op) & 31]);
          case FloatDecoder.FROM_I32 -> Float32.fromI32(fp, mode, (int) integer);
          case FloatDecoder.FROM_U32 -> Float32.fromU32(fp, mode, (int) integer);
          case FloatDecoder.FROM_I64 -> Float32.fromI64(fp, mode, integer);
          case FloatDecoder.FROM_U64 -> Float32.fromU64(fp, mode, integer);
          case FloatDecoder.MADD -> Float32.fma(fp, mode, a, b, c);
          case FloatDecoder.MSUB -> Float32.fma(fp, mode, a, b, c ^ SIGN32);
          case FloatDecoder.NMSUB -> Float32.fma(fp, mode, a ^ SIGN32, b, c);
          case FloatDecoder.NMADD -> Float32.fma(fp, mode, a ^ SIGN32, b, c ^ SIGN32);
          case FloatDecoder.MINM -> Float32.minimum(fp, a, b);
          case FloatDecoder.MAXM -> Float32.maximum(fp, a, b);
          case FloatDecoder.ROUND -> Float32.round(fp, mode, a, false);
          case FloatDecoder.ROUNDNX -> Float32.round(fp, mode, a, true);
          case FloatDecoder.CONSTANT -> FpConstants.binary32(Op.rs1(op));
          case FloatDecoder.FROM_HALF -> Float16.toFloat32(fp, unboxHalf(f[Op.rs1(op) & 31]));
          case FloatDecoder.TO_HALF -> (int) boxHalf(Float16.fromFloat32(fp, mode, a));
          case FloatDecoder.MOVE_HALF_TO_F -> (int) boxHalf((int) integer);
          default -> (int) integer;
        };
    f[Op.rd(op) & 31] = box(result);
  }
}
