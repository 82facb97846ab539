// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import tombolo.riscv.fp.Float32;
import tombolo.riscv.fp.Float64;
import tombolo.riscv.fp.FpEnvironment;

/**
 * Single elements of floating-point operations. Operands are named as in an instruction: a is of
 * vs2, b of vs1 or rs1, and d what vd held before. Stateless.
 */
final class FloatArithmetic {
  // funct6.
  static final int ADD = 0x00;
  private static final int SUB = 0x02;
  static final int MIN = 0x04;
  static final int MAX = 0x06;
  private static final int SGNJ = 0x08;
  private static final int SGNJN = 0x09;
  private static final int SGNJX = 0x0a;
  private static final int MFEQ = 0x18;
  private static final int MFLE = 0x19;
  private static final int MFLT = 0x1b;
  private static final int MFNE = 0x1c;
  private static final int MFGT = 0x1d;
  private static final int DIV = 0x20;
  private static final int RDIV = 0x21;
  private static final int MUL = 0x24;
  private static final int RSUB = 0x27;
  private static final int MADD = 0x28;
  private static final int NMADD = 0x29;
  private static final int MSUB = 0x2a;
  private static final int NMSUB = 0x2b;
  private static final int MACC = 0x2c;
  private static final int NMACC = 0x2d;
  private static final int MSAC = 0x2e;

  private static final int WADD = 0x30;
  private static final int WSUB = 0x32;
  private static final int WADD_W = 0x34;
  private static final int WSUB_W = 0x36;
  private static final int WMUL = 0x38;

  // vs1 of operations on one element.
  private static final int SQRT = 0;
  private static final int RSQRT7 = 4;
  private static final int REC7 = 5;

  private static final int SIGN32 = 1 << 31;
  private static final long SIGN64 = 1L << 63;

  private FloatArithmetic() {}

  /** Returns the operation that does with wide operands what a widening one does. */
  static int narrowFunction(int function) {
    return switch (function) {
      case WADD, WADD_W -> ADD;
      case WSUB, WSUB_W -> SUB;
      case WMUL -> MUL;
      default -> (function & 3) | MACC;
    };
  }

  static long compute(FpEnvironment fp, int function, int rm, long a, long b, long d) {
    return switch (function) {
      case ADD -> Float64.add(fp, rm, a, b);
      case SUB -> Float64.sub(fp, rm, a, b);
      case MIN -> Float64.min(fp, a, b);
      case MAX -> Float64.max(fp, a, b);
      case SGNJ -> (a & ~SIGN64) | (b & SIGN64);
      case SGNJN -> (a & ~SIGN64) | (~b & SIGN64);
      case SGNJX -> a ^ (b & SIGN64);
      case DIV -> Float64.div(fp, rm, a, b);
      case RDIV -> Float64.div(fp, rm, b, a);
      case MUL -> Float64.mul(fp, rm, a, b);
      case RSUB -> Float64.sub(fp, rm, b, a);
      case MADD -> Float64.fma(fp, rm, b, d, a);
      case NMADD -> Float64.fma(fp, rm, b ^ SIGN64, d, a ^ SIGN64);
      case MSUB -> Float64.fma(fp, rm, b, d, a ^ SIGN64);
      case NMSUB -> Float64.fma(fp, rm, b ^ SIGN64, d, a);
      case MACC -> Float64.fma(fp, rm, b, a, d);
      case NMACC -> Float64.fma(fp, rm, b ^ SIGN64, a, d ^ SIGN64);
      case MSAC -> Float64.fma(fp, rm, b, a, d ^ SIGN64);
      default -> Float64.fma(fp, rm, b ^ SIGN64, a, d);
    };
  }

  static int compute(FpEnvironment fp, int function, int rm, int a, int b, int d) {
    return switch (function) {
      case ADD -> Float32.add(fp, rm, a, b);
      case SUB -> Float32.sub(fp, rm, a, b);
      case MIN -> Float32.min(fp, a, b);
      case MAX -> Float32.max(fp, a, b);
      case SGNJ -> (a & ~SIGN32) | (b & SIGN32);
      case SGNJN -> (a & ~SIGN32) | (~b & SIGN32);
      case SGNJX -> a ^ (b & SIGN32);
      case DIV -> Float32.div(fp, rm, a, b);
      case RDIV -> Float32.div(fp, rm, b, a);
      case MUL -> Float32.mul(fp, rm, a, b);
      case RSUB -> Float32.sub(fp, rm, b, a);
      case MADD -> Float32.fma(fp, rm, b, d, a);
      case NMADD -> Float32.fma(fp, rm, b ^ SIGN32, d, a ^ SIGN32);
      case MSUB -> Float32.fma(fp, rm, b, d, a ^ SIGN32);
      case NMSUB -> Float32.fma(fp, rm, b ^ SIGN32, d, a);
      case MACC -> Float32.fma(fp, rm, b, a, d);
      case NMACC -> Float32.fma(fp, rm, b ^ SIGN32, a, d ^ SIGN32);
      case MSAC -> Float32.fma(fp, rm, b, a, d ^ SIGN32);
      default -> Float32.fma(fp, rm, b ^ SIGN32, a, d);
    };
  }

  static boolean compare(FpEnvironment fp, int function, long a, long b) {
    return switch (function) {
      case MFEQ -> Float64.eq(fp, a, b);
      case MFNE -> !Float64.eq(fp, a, b);
      case MFLE -> Float64.le(fp, a, b);
      case MFLT -> Float64.lt(fp, a, b);
      case MFGT -> Float64.lt(fp, b, a);
      default -> Float64.le(fp, b, a);
    };
  }

  static boolean compare(FpEnvironment fp, int function, int a, int b) {
    return switch (function) {
      case MFEQ -> Float32.eq(fp, a, b);
      case MFNE -> !Float32.eq(fp, a, b);
      case MFLE -> Float32.le(fp, a, b);
      case MFLT -> Float32.lt(fp, a, b);
      case MFGT -> Float32.lt(fp, b, a);
      default -> Float32.le(fp, b, a);
    };
  }

  static long unary(FpEnvironment fp, int function, int rm, long a) {
    return switch (function) {
      case SQRT -> Float64.sqrt(fp, rm, a);
      case RSQRT7 -> Estimates.ofDouble().reciprocalRoot(fp, a);
      case REC7 -> Estimates.ofDouble().reciprocal(fp, rm, a);
      default -> Float64.classify(a);
    };
  }

  static long unary(FpEnvironment fp, int function, int rm, int a) {
    return switch (function) {
      case SQRT -> Float32.sqrt(fp, rm, a);
      case RSQRT7 -> Estimates.ofSingle().reciprocalRoot(fp, a & 0xffff_ffffL);
      case REC7 -> Estimates.ofSingle().reciprocal(fp, rm, a & 0xffff_ffffL);
      default -> Float32.classify(a);
    };
  }
}
