// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static tombolo.riscv.fp.NanBox.box;
import static tombolo.riscv.fp.NanBox.boxHalf;
import static tombolo.riscv.fp.NanBox.unbox;
import static tombolo.riscv.fp.NanBox.unboxHalf;

/**
 * Every instruction under test, from registers to register as a hart executes it: halves and
 * single-precision values are NaN-boxed, integers sign-extended.
 *
 * <p>The position in this list is the instruction's number in {@code vectors.c}.
 */
enum Operation {
  FADD_S(Operand.SINGLE, 2),
  FSUB_S(Operand.SINGLE, 2),
  FMUL_S(Operand.SINGLE, 2),
  FDIV_S(Operand.SINGLE, 2),
  FSQRT_S(Operand.SINGLE, 1),
  FMADD_S(Operand.SINGLE, 3),
  FMSUB_S(Operand.SINGLE, 3),
  FNMSUB_S(Operand.SINGLE, 3),
  FNMADD_S(Operand.SINGLE, 3),
  FMIN_S(Operand.SINGLE, 2),
  FMAX_S(Operand.SINGLE, 2),
  FEQ_S(Operand.SINGLE, 2),
  FLT_S(Operand.SINGLE, 2),
  FLE_S(Operand.SINGLE, 2),
  FCLASS_S(Operand.SINGLE, 1),
  FCVT_W_S(Operand.SINGLE, 1),
  FCVT_WU_S(Operand.SINGLE, 1),
  FCVT_L_S(Operand.SINGLE, 1),
  FCVT_LU_S(Operand.SINGLE, 1),
  FCVT_S_W(Operand.INTEGER, 1),
  FCVT_S_WU(Operand.INTEGER, 1),
  FCVT_S_L(Operand.INTEGER, 1),
  FCVT_S_LU(Operand.INTEGER, 1),
  FCVT_S_D(Operand.DOUBLE, 1),
  FADD_D(Operand.DOUBLE, 2),
  FSUB_D(Operand.DOUBLE, 2),
  FMUL_D(Operand.DOUBLE, 2),
  FDIV_D(Operand.DOUBLE, 2),
  FSQRT_D(Operand.DOUBLE, 1),
  FMADD_D(Operand.DOUBLE, 3),
  FMSUB_D(Operand.DOUBLE, 3),
  FNMSUB_D(Operand.DOUBLE, 3),
  FNMADD_D(Operand.DOUBLE, 3),
  FMIN_D(Operand.DOUBLE, 2),
  FMAX_D(Operand.DOUBLE, 2),
  FEQ_D(Operand.DOUBLE, 2),
  FLT_D(Operand.DOUBLE, 2),
  FLE_D(Operand.DOUBLE, 2),
  FCLASS_D(Operand.DOUBLE, 1),
  FCVT_W_D(Operand.DOUBLE, 1),
  FCVT_WU_D(Operand.DOUBLE, 1),
  FCVT_L_D(Operand.DOUBLE, 1),
  FCVT_LU_D(Operand.DOUBLE, 1),
  FCVT_D_W(Operand.INTEGER, 1),
  FCVT_D_WU(Operand.INTEGER, 1),
  FCVT_D_L(Operand.INTEGER, 1),
  FCVT_D_LU(Operand.INTEGER, 1),
  FCVT_D_S(Operand.SINGLE, 1),
  FMINM_S(Operand.SINGLE, 2),
  FMAXM_S(Operand.SINGLE, 2),
  FROUND_S(Operand.SINGLE, 1),
  FROUNDNX_S(Operand.SINGLE, 1),
  FLTQ_S(Operand.SINGLE, 2),
  FLEQ_S(Operand.SINGLE, 2),
  FMINM_D(Operand.DOUBLE, 2),
  FMAXM_D(Operand.DOUBLE, 2),
  FROUND_D(Operand.DOUBLE, 1),
  FROUNDNX_D(Operand.DOUBLE, 1),
  FLTQ_D(Operand.DOUBLE, 2),
  FLEQ_D(Operand.DOUBLE, 2),
  FCVTMOD_W_D(Operand.DOUBLE, 1),
  FCVT_H_S(Operand.SINGLE, 1),
  FCVT_H_D(Operand.DOUBLE, 1),
  FCVT_S_H(Operand.HALF, 1),
  FCVT_D_H(Operand.HALF, 1);

  /** What the source registers hold. */
  enum Operand {
    HALF,
    SINGLE,
    DOUBLE,
    INTEGER
  }

  private static final int SIGN_S = Integer.MIN_VALUE;
  private static final long SIGN_D = Long.MIN_VALUE;

  final Operand operand;
  final int arity;

  Operation(Operand operand, int arity) {
    this.operand = operand;
    this.arity = arity;
  }

  /** Executes it through the public interface, as a hart does. */
  long execute(FpEnvironment env, int rm, long a, long b, long c) {
    return switch (operand) {
      case HALF -> executeHalf(env, unboxHalf(a));
      case SINGLE -> executeSingle(env, rm, unbox(a), unbox(b), unbox(c));
      case DOUBLE -> executeDouble(env, rm, a, b, c);
      case INTEGER -> executeInteger(env, rm, a);
    };
  }

  private long executeHalf(FpEnvironment env, int a) {
    return switch (this) {
      case FCVT_S_H -> box(Float16.toFloat32(env, a));
      case FCVT_D_H -> Float16.toFloat64(env, a);
      default -> throw new AssertionError(this);
    };
  }

  private long executeSingle(FpEnvironment env, int rm, int a, int b, int c) {
    return switch (this) {
      case FADD_S -> box(Float32.add(env, rm, a, b));
      case FSUB_S -> box(Float32.sub(env, rm, a, b));
      case FMUL_S -> box(Float32.mul(env, rm, a, b));
      case FDIV_S -> box(Float32.div(env, rm, a, b));
      case FSQRT_S -> box(Float32.sqrt(env, rm, a));
      case FMADD_S -> box(Float32.fma(env, rm, a, b, c));
      case FMSUB_S -> box(Float32.fma(env, rm, a, b, c ^ SIGN_S));
      case FNMSUB_S -> box(Float32.fma(env, rm, a ^ SIGN_S, b, c));
      case FNMADD_S -> box(Float32.fma(env, rm, a ^ SIGN_S, b, c ^ SIGN_S));
      case FMIN_S -> box(Float32.min(env, a, b));
      case FMAX_S -> box(Float32.max(env, a, b));
      case FEQ_S -> Float32.eq(env, a, b) ? 1 : 0;
      case FLT_S -> Float32.lt(env, a, b) ? 1 : 0;
      case FLE_S -> Float32.le(env, a, b) ? 1 : 0;
      case FCLASS_S -> Float32.classify(a);
      case FCVT_W_S -> Float32.toI32(env, rm, a);
      case FCVT_WU_S -> Float32.toU32(env, rm, a);
      case FCVT_L_S -> Float32.toI64(env, rm, a);
      case FCVT_LU_S -> Float32.toU64(env, rm, a);
      case FCVT_D_S -> Float32.toFloat64(env, a);
      case FMINM_S -> box(Float32.minimum(env, a, b));
      case FMAXM_S -> box(Float32.maximum(env, a, b));
      case FROUND_S -> box(Float32.round(env, rm, a, false));
      case FROUNDNX_S -> box(Float32.round(env, rm, a, true));
      case FLTQ_S -> Float32.quietLt(env, a, b) ? 1 : 0;
      case FLEQ_S -> Float32.quietLe(env, a, b) ? 1 : 0;
      case FCVT_H_S -> boxHalf(Float16.fromFloat32(env, rm, a));
      default -> throw new AssertionError(this);
    };
  }

  private long executeDouble(FpEnvironment env, int rm, long a, long b, long c) {
    return switch (this) {
      case FCVT_S_D -> box(Float64.toFloat32(env, rm, a));
      case FADD_D -> Float64.add(env, rm, a, b);
      case FSUB_D -> Float64.sub(env, rm, a, b);
      case FMUL_D -> Float64.mul(env, rm, a, b);
      case FDIV_D -> Float64.div(env, rm, a, b);
      case FSQRT_D -> Float64.sqrt(env, rm, a);
      case FMADD_D -> Float64.fma(env, rm, a, b, c);
      case FMSUB_D -> Float64.fma(env, rm, a, b, c ^ SIGN_D);
      case FNMSUB_D -> Float64.fma(env, rm, a ^ SIGN_D, b, c);
      case FNMADD_D -> Float64.fma(env, rm, a ^ SIGN_D, b, c ^ SIGN_D);
      case FMIN_D -> Float64.min(env, a, b);
      case FMAX_D -> Float64.max(env, a, b);
      case FEQ_D -> Float64.eq(env, a, b) ? 1 : 0;
      case FLT_D -> Float64.lt(env, a, b) ? 1 : 0;
      case FLE_D -> Float64.le(env, a, b) ? 1 : 0;
      case FCLASS_D -> Float64.classify(a);
      case FCVT_W_D -> Float64.toI32(env, rm, a);
      case FCVT_WU_D -> Float64.toU32(env, rm, a);
      case FCVT_L_D -> Float64.toI64(env, rm, a);
      case FCVT_LU_D -> Float64.toU64(env, rm, a);
      case FMINM_D -> Float64.minimum(env, a, b);
      case FMAXM_D -> Float64.maximum(env, a, b);
      case FROUND_D -> Float64.round(env, rm, a, false);
      case FROUNDNX_D -> Float64.round(env, rm, a, true);
      case FLTQ_D -> Float64.quietLt(env, a, b) ? 1 : 0;
      case FLEQ_D -> Float64.quietLe(env, a, b) ? 1 : 0;
      case FCVTMOD_W_D -> Float64.toI32Modulo(env, a);
      case FCVT_H_D -> boxHalf(Float16.fromFloat64(env, rm, a));
      default -> throw new AssertionError(this);
    };
  }

  private long executeInteger(FpEnvironment env, int rm, long a) {
    return switch (this) {
      case FCVT_S_W -> box(Float32.fromI32(env, rm, (int) a));
      case FCVT_S_WU -> box(Float32.fromU32(env, rm, (int) a));
      case FCVT_S_L -> box(Float32.fromI64(env, rm, a));
      case FCVT_S_LU -> box(Float32.fromU64(env, rm, a));
      case FCVT_D_W -> Float64.fromI32((int) a);
      case FCVT_D_WU -> Float64.fromU32((int) a);
      case FCVT_D_L -> Float64.fromI64(env, rm, a);
      case FCVT_D_LU -> Float64.fromU64(env, rm, a);
      default -> throw new AssertionError(this);
    };
  }
}
