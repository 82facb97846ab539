// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static tombolo.riscv.fp.BinaryFormat.BINARY64;
import static tombolo.riscv.fp.RoundingMode.RNE;
import static tombolo.riscv.fp.RoundingMode.RTZ;

/**
 * The operations of the D extension, on bit patterns.
 *
 * <p>Thread-safe as far as the given {@link FpEnvironment} is the caller's own. {@code rm} is one
 * of {@link RoundingMode}'s. A NaN result is always {@link #CANONICAL_NAN}. Follows "D" Standard
 * Extension for Double-Precision Floating-Point, version 2.2.
 *
 * <p><b>Why the fast paths are exact.</b> Java's {@code double} arithmetic is IEEE 754 binary64
 * rounded to nearest even (JLS 15.4), so for {@code RNE} the value is right wherever it is not a
 * NaN. What is left are the flags, and each path below is taken only where they can be NX or
 * nothing:
 *
 * <ul>
 *   <li>a finite result means finite operands or an exact result of an infinity, hence no NV, DZ or
 *       OF; where the latter matters the path says so;
 *   <li>a result greater in magnitude than the smallest normal number was not tiny after rounding,
 *       hence no UF; sums and roots cannot underflow at all;
 *   <li>NX needs no answer while it is already set, which in most guests is nearly always;
 *       otherwise the path is taken only if the operation proves exact.
 * </ul>
 *
 * Everything else, the first inexact operation after the guest clears NX included, goes to the
 * integer implementation.
 */
public final class Float64 {
  /** The only NaN that an operation returns. */
  public static final long CANONICAL_NAN = 0x7ff8_0000_0000_0000L;

  private static final double MAX = Double.MAX_VALUE;
  private static final double MIN_NORMAL = Double.MIN_NORMAL;

  /**
   * What a product, dividend or radicand of at least this magnitude leaves over when the result is
   * rounded has no bits below 2^-1006 (106 places further down), so {@link Math#fma} computes it
   * exactly; a smaller one's might vanish below 2^-1074 and look like zero.
   */
  private static final double EXACT_REMAINDER = 0x1p-900;

  private Float64() {}

  /** FADD.D. */
  public static long add(FpEnvironment env, int rm, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double sum = x + y;
    if (rm == RNE && Math.abs(sum) <= MAX && (inexactIsSet(env) || isExactSum(x, y, sum))) {
      return Double.doubleToRawLongBits(sum);
    }
    return SoftFloat.add(BINARY64, env, rm, a, b);
  }

  /** FSUB.D. */
  public static long sub(FpEnvironment env, int rm, long a, long b) {
    // The sign of a NaN matters to nobody, so a - b is a + (-b) for every operand.
    return add(env, rm, a, b ^ Long.MIN_VALUE);
  }

  /** FMUL.D. */
  public static long mul(FpEnvironment env, int rm, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double product = x * y;
    double size = Math.abs(product);
    if (rm == RNE
        && size > MIN_NORMAL
        && size <= MAX
        && (inexactIsSet(env) || isExactProduct(x, y, product))) {
      return Double.doubleToRawLongBits(product);
    }
    return SoftFloat.mul(BINARY64, env, rm, a, b);
  }

  /** FDIV.D. */
  public static long div(FpEnvironment env, int rm, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double quotient = x / y;
    double size = Math.abs(quotient);
    // The remainder x - quotient * y is a multiple of ulp(quotient) * ulp(y), about 2^-106 * x, and
    // it always fits: so it is zero just if the division is exact.
    if (rm == RNE
        && size > MIN_NORMAL
        && size <= MAX
        && (inexactIsSet(env)
            || (Math.abs(x) >= EXACT_REMAINDER && Math.fma(-quotient, y, x) == 0))) {
      return Double.doubleToRawLongBits(quotient);
    }
    return SoftFloat.div(BINARY64, env, rm, a, b);
  }

  /** FSQRT.D. */
  public static long sqrt(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    double root = Math.sqrt(x);
    if (rm == RNE
        && root <= MAX
        && (inexactIsSet(env) || (x >= EXACT_REMAINDER && Math.fma(-root, root, x) == 0))) {
      return Double.doubleToRawLongBits(root);
    }
    return SoftFloat.sqrt(BINARY64, env, rm, a);
  }

  /**
   * FMADD.D: {@code a * b + c}, rounded once.
   *
   * <p>The other three are this with signs flipped, which is exact: FMSUB.D is {@code fma(a, b,
   * -c)}, FNMSUB.D is {@code fma(-a, b, c)} and FNMADD.D is {@code fma(-a, b, -c)}. The
   * specification defines FNMADD as {@code -(a * b) - c}, so it is the product that is negated, not
   * the rounded sum; and flipping the sign of a NaN neither quiets it nor shows in the result.
   */
  public static long fma(FpEnvironment env, int rm, long a, long b, long c) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double z = Double.longBitsToDouble(c);
    double result = Math.fma(x, y, z);
    double size = Math.abs(result);
    if (rm == RNE
        && size > MIN_NORMAL
        && size <= MAX
        && (inexactIsSet(env) || isExactProductAndSum(x, y, z))) {
      return Double.doubleToRawLongBits(result);
    }
    return SoftFusedMultiplyAdd.fma(BINARY64, env, rm, a, b, c);
  }

  /** FMIN.D: minimumNumber of IEEE 754-2019. -0 is less than +0; a number wins against a NaN. */
  public static long min(FpEnvironment env, long a, long b) {
    double least = Math.min(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
    return Double.isNaN(least) ? numberOrNan(env, a, b) : Double.doubleToRawLongBits(least);
  }

  /** FMAX.D: maximumNumber of IEEE 754-2019. -0 is less than +0; a number wins against a NaN. */
  public static long max(FpEnvironment env, long a, long b) {
    double most = Math.max(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
    return Double.isNaN(most) ? numberOrNan(env, a, b) : Double.doubleToRawLongBits(most);
  }

  /** FMINM.D: minimum of IEEE 754-2019. -0 is less than +0; a NaN wins against a number. */
  public static long minimum(FpEnvironment env, long a, long b) {
    double least = Math.min(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
    return Double.isNaN(least)
        ? SoftFloat.nan(BINARY64, env, a, b)
        : Double.doubleToRawLongBits(least);
  }

  /** FMAXM.D: maximum of IEEE 754-2019. -0 is less than +0; a NaN wins against a number. */
  public static long maximum(FpEnvironment env, long a, long b) {
    double most = Math.max(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
    return Double.isNaN(most)
        ? SoftFloat.nan(BINARY64, env, a, b)
        : Double.doubleToRawLongBits(most);
  }

  /**
   * The one of two operands that is a number, or the canonical NaN; a signalling NaN is invalid.
   */
  private static long numberOrNan(FpEnvironment env, long a, long b) {
    long nan = SoftFloat.nan(BINARY64, env, a, b);
    if (BINARY64.isNan(a)) {
      return BINARY64.isNan(b) ? nan : b;
    }
    return a;
  }

  /** FEQ.D: quiet, only a signalling NaN is invalid. */
  public static boolean eq(FpEnvironment env, long a, long b) {
    if (Double.longBitsToDouble(a) == Double.longBitsToDouble(b)) {
      return true;
    }
    if (BINARY64.isSignallingNan(a) || BINARY64.isSignallingNan(b)) {
      env.flags |= FpEnvironment.NV;
    }
    return false;
  }

  /** FLT.D: signalling, any NaN is invalid. */
  public static boolean lt(FpEnvironment env, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    if (Double.isNaN(x) || Double.isNaN(y)) {
      env.flags |= FpEnvironment.NV;
    }
    return x < y;
  }

  /** FLE.D: signalling, any NaN is invalid. */
  public static boolean le(FpEnvironment env, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    if (Double.isNaN(x) || Double.isNaN(y)) {
      env.flags |= FpEnvironment.NV;
    }
    return x <= y;
  }

  /** FLTQ.D: quiet, only a signalling NaN is invalid. */
  public static boolean quietLt(FpEnvironment env, long a, long b) {
    SoftFloat.nan(BINARY64, env, a, b);
    return Double.longBitsToDouble(a) < Double.longBitsToDouble(b);
  }

  /** FLEQ.D: quiet, only a signalling NaN is invalid. */
  public static boolean quietLe(FpEnvironment env, long a, long b) {
    SoftFloat.nan(BINARY64, env, a, b);
    return Double.longBitsToDouble(a) <= Double.longBitsToDouble(b);
  }

  /**
   * FROUND.D, and FROUNDNX.D, which raises NX where the result is not the operand: to an integer of
   * the same format.
   */
  public static long round(FpEnvironment env, int rm, long a, boolean raisesInexact) {
    return SoftConversion.toIntegral(BINARY64, env, rm, a, raisesInexact);
  }

  /** FCLASS.D: one of ten bits, negative infinity (bit 0) to quiet NaN (bit 9). */
  public static int classify(long a) {
    return BINARY64.classify(a);
  }

  /** FCVT.W.D: saturates; a NaN gives the largest. */
  public static long toI32(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    int result = (int) x; // truncates
    // Equal only if x is that integer: a NaN is equal to nothing, a saturated result is not x.
    if (result == x) {
      return result;
    }
    if (rm == RTZ && x > -0x1p31 - 1 && x < 0x1p31) {
      env.flags |= FpEnvironment.NX;
      return result;
    }
    return SoftConversion.toInteger(BINARY64, env, rm, a, true, 32);
  }

  /** FCVTMOD.W.D: modulo 2^32, towards zero; no number gives 0. The flags are FCVT.W.D's. */
  public static long toI32Modulo(FpEnvironment env, long a) {
    double x = Double.longBitsToDouble(a);
    if (Math.abs(x) < 0x1p31) {
      return toI32(env, RTZ, a);
    }
    SoftConversion.toInteger(BINARY64, env, RTZ, a, true, 32); // for its flags
    return SoftConversion.lowWord(BINARY64, a);
  }

  /** FCVT.WU.D: saturates; a NaN gives the largest. The result is sign-extended from 32 bits. */
  public static long toU32(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    if (x > -1 && x < 0x1p32) {
      long result = (long) x; // truncates
      if (result == x) {
        return (int) result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return (int) result;
      }
    }
    return SoftConversion.toInteger(BINARY64, env, rm, a, false, 32);
  }

  /** FCVT.L.D: saturates; a NaN gives the largest. */
  public static long toI64(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    // There is no double between -2^63 - 1 and -2^63, nor a fraction near either bound.
    if (x >= -0x1p63 && x < 0x1p63) {
      long result = (long) x; // truncates
      if (result == x) {
        return result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return result;
      }
    }
    return SoftConversion.toInteger(BINARY64, env, rm, a, true, 64);
  }

  /** FCVT.LU.D: saturates; a NaN gives the largest. The result is unsigned. */
  public static long toU64(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    if (x > -1 && x < 0x1p63) {
      long result = (long) x; // truncates
      if (result == x) {
        return result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return result;
      }
    }
    return SoftConversion.toInteger(BINARY64, env, rm, a, false, 64);
  }

  /** FCVT.D.W: always exact. */
  public static long fromI32(int value) {
    return Double.doubleToRawLongBits(value);
  }

  /** FCVT.D.WU: always exact. */
  public static long fromU32(int value) {
    return Double.doubleToRawLongBits((double) Integer.toUnsignedLong(value));
  }

  /** FCVT.D.L. */
  public static long fromI64(FpEnvironment env, int rm, long value) {
    double result = (double) value;
    // The cast back saturates, so 2^63 would come back as MAX_VALUE, which it is not.
    if ((long) result == value && value != Long.MAX_VALUE) {
      return Double.doubleToRawLongBits(result);
    }
    if (rm == RNE) {
      env.flags |= FpEnvironment.NX;
      return Double.doubleToRawLongBits(result);
    }
    return SoftConversion.fromInteger(BINARY64, env, rm, value < 0, Math.abs(value));
  }

  /** FCVT.D.LU: of an unsigned value. */
  public static long fromU64(FpEnvironment env, int rm, long value) {
    return value >= 0
        ? fromI64(env, rm, value)
        : SoftConversion.fromInteger(BINARY64, env, rm, false, value);
  }

  /** FCVT.S.D: returns single-precision bits. */
  public static int toFloat32(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    float result = (float) x;
    if (result == x) {
      return Float.floatToRawIntBits(result);
    }
    float size = Math.abs(result);
    if (rm == RNE && size > Float.MIN_NORMAL && size <= Float.MAX_VALUE) {
      env.flags |= FpEnvironment.NX;
      return Float.floatToRawIntBits(result);
    }
    return (int) SoftConversion.convert(BINARY64, BinaryFormat.BINARY32, env, rm, a);
  }

  private static boolean inexactIsSet(FpEnvironment env) {
    return (env.flags & FpEnvironment.NX) != 0;
  }

  /**
   * Whether a sum was not rounded, by Knuth's 2Sum: its last line is the rounding error, exactly,
   * for any two operands. Where a step overflows it is not zero, and the answer is a safe "no".
   */
  private static boolean isExactSum(double x, double y, double sum) {
    double yRounded = sum - x;
    double xRounded = sum - yRounded;
    return (x - xRounded) + (y - yRounded) == 0;
  }

  /** Whether a product was not rounded; "no" also where that is not easily said. */
  private static boolean isExactProduct(double x, double y, double product) {
    return Math.abs(product) >= EXACT_REMAINDER && Math.fma(x, y, -product) == 0;
  }

  private static boolean isExactProductAndSum(double x, double y, double z) {
    double product = x * y;
    return isExactProduct(x, y, product) && isExactSum(product, z, product + z);
  }
}
