// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static tombolo.riscv.fp.BinaryFormat.BINARY16;
import static tombolo.riscv.fp.BinaryFormat.BINARY32;
import static tombolo.riscv.fp.BinaryFormat.BINARY64;

import java.util.EnumSet;
import java.util.Set;

/** Executes an {@link Operation} by the integer implementation alone. */
final class SoftOperation {
  /** The operations that exist only once, with nothing to compare. */
  private static final Set<Operation> WITHOUT =
      EnumSet.of(
          Operation.FMIN_S,
          Operation.FMAX_S,
          Operation.FEQ_S,
          Operation.FLT_S,
          Operation.FLE_S,
          Operation.FCLASS_S,
          Operation.FMIN_D,
          Operation.FMAX_D,
          Operation.FEQ_D,
          Operation.FLT_D,
          Operation.FLE_D,
          Operation.FCLASS_D,
          Operation.FMINM_S,
          Operation.FMAXM_S,
          Operation.FROUND_S,
          Operation.FROUNDNX_S,
          Operation.FLTQ_S,
          Operation.FLEQ_S,
          Operation.FMINM_D,
          Operation.FMAXM_D,
          Operation.FROUND_D,
          Operation.FROUNDNX_D,
          Operation.FLTQ_D,
          Operation.FLEQ_D,
          Operation.FCVTMOD_W_D);

  private SoftOperation() {}

  static Set<Operation> supported() {
    return EnumSet.complementOf(EnumSet.copyOf(WITHOUT));
  }

  static long execute(Operation operation, FpEnvironment env, int rm, long a, long b, long c) {
    return switch (operation.operand) {
      case HALF -> {
        long half = NanBox.unboxHalf(a);
        yield operation == Operation.FCVT_S_H
            ? NanBox.box((int) SoftConversion.convert(BINARY16, BINARY32, env, rm, half))
            : SoftConversion.convert(BINARY16, BINARY64, env, rm, half);
      }
      case SINGLE -> {
        long result = arithmetic(operation, BINARY32, env, rm, wide(a), wide(b), wide(c));
        yield operation.name().startsWith("FCVT") ? result : NanBox.box((int) result);
      }
      case DOUBLE -> {
        long result = arithmetic(operation, BINARY64, env, rm, a, b, c);
        yield operation == Operation.FCVT_S_D ? NanBox.box((int) result) : result;
      }
      case INTEGER -> fromInteger(operation, env, rm, a);
    };
  }

  private static long arithmetic(
      Operation operation, BinaryFormat f, FpEnvironment env, int rm, long a, long b, long c) {
    long sign = f.signBit();
    return switch (operation) {
      case FADD_S, FADD_D -> SoftFloat.add(f, env, rm, a, b);
      case FSUB_S, FSUB_D -> SoftFloat.add(f, env, rm, a, b ^ sign);
      case FMUL_S, FMUL_D -> SoftFloat.mul(f, env, rm, a, b);
      case FDIV_S, FDIV_D -> SoftFloat.div(f, env, rm, a, b);
      case FSQRT_S, FSQRT_D -> SoftFloat.sqrt(f, env, rm, a);
      case FMADD_S, FMADD_D -> SoftFusedMultiplyAdd.fma(f, env, rm, a, b, c);
      case FMSUB_S, FMSUB_D -> SoftFusedMultiplyAdd.fma(f, env, rm, a, b, c ^ sign);
      case FNMSUB_S, FNMSUB_D -> SoftFusedMultiplyAdd.fma(f, env, rm, a ^ sign, b, c);
      case FNMADD_S, FNMADD_D -> SoftFusedMultiplyAdd.fma(f, env, rm, a ^ sign, b, c ^ sign);
      case FCVT_W_S, FCVT_W_D -> SoftConversion.toInteger(f, env, rm, a, true, 32);
      case FCVT_WU_S, FCVT_WU_D -> SoftConversion.toInteger(f, env, rm, a, false, 32);
      case FCVT_L_S, FCVT_L_D -> SoftConversion.toInteger(f, env, rm, a, true, 64);
      case FCVT_LU_S, FCVT_LU_D -> SoftConversion.toInteger(f, env, rm, a, false, 64);
      case FCVT_D_S -> SoftConversion.convert(BINARY32, BINARY64, env, rm, a);
      case FCVT_S_D -> SoftConversion.convert(BINARY64, BINARY32, env, rm, a);
      case FCVT_H_S, FCVT_H_D ->
          NanBox.boxHalf((int) SoftConversion.convert(f, BINARY16, env, rm, a));
      default -> throw new AssertionError(operation);
    };
  }

  private static long fromInteger(Operation operation, FpEnvironment env, int rm, long a) {
    return switch (operation) {
      case FCVT_S_W -> NanBox.box((int) signed(BINARY32, env, rm, word(a)));
      case FCVT_S_WU -> NanBox.box((int) unsigned(BINARY32, env, rm, a & 0xffff_ffffL));
      case FCVT_S_L -> NanBox.box((int) signed(BINARY32, env, rm, a));
      case FCVT_S_LU -> NanBox.box((int) unsigned(BINARY32, env, rm, a));
      case FCVT_D_W -> signed(BINARY64, env, rm, word(a));
      case FCVT_D_WU -> unsigned(BINARY64, env, rm, a & 0xffff_ffffL);
      case FCVT_D_L -> signed(BINARY64, env, rm, a);
      case FCVT_D_LU -> unsigned(BINARY64, env, rm, a);
      default -> throw new AssertionError(operation);
    };
  }

  private static long signed(BinaryFormat format, FpEnvironment env, int rm, long value) {
    return SoftConversion.fromInteger(format, env, rm, value < 0, value < 0 ? -value : value);
  }

  private static long unsigned(BinaryFormat format, FpEnvironment env, int rm, long value) {
    return SoftConversion.fromInteger(format, env, rm, false, value);
  }

  private static long word(long register) {
    return (int) register;
  }

  private static long wide(long register) {
    return Integer.toUnsignedLong(NanBox.unbox(register));
  }
}
