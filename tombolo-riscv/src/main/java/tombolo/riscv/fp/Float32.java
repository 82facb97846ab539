// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static tombolo.riscv.fp.BinaryFormat.BINARY32;
import static tombolo.riscv.fp.RoundingMode.RNE;
import static tombolo.riscv.fp.RoundingMode.RTZ;

/**
 * The operations of the F extension, on bit patterns (not NaN-boxed: see {@link NanBox}).
 *
 * <p>Thread-safe as far as the given {@link FpEnvironment} is the caller's own. {@code rm} is one
 * of {@link RoundingMode}'s. A NaN result is always {@link #CANONICAL_NAN}. Follows "F" Standard
 * Extension for Single-Precision Floating-Point, version 2.2.
 *
 * <p><b>Why the fast paths are exact.</b> Java's {@code float} arithmetic is IEEE 754 binary32
 * rounded to nearest even, and a {@code double} holds any product of two floats exactly: 48 bits of
 * 53, and exponents from -298 to 255. So comparing in {@code double} says whether a result is
 * exact, and
 *
 * <ul>
 *   <li>an exact result that is not a NaN raises nothing, and (unless it is a zero sum) is the same
 *       in every rounding mode, for subnormals and infinite operands too;
 *   <li>a rounded one that is finite and greater in magnitude than the smallest normal number
 *       raises NX alone: it did not overflow and was not tiny after rounding.
 * </ul>
 *
 * Everything else goes to the integer implementation.
 */
public final class Float32 {
  /** The only NaN that an operation returns. */
  public static final int CANONICAL_NAN = 0x7fc0_0000;

  private Float32() {}

  /** FADD.S. */
  public static int add(FpEnvironment env, int rm, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float sum = x + y;
    if (rm == RNE && Math.abs(sum) <= Float.MAX_VALUE) {
      // A sum that is below the normal range is exact, so there is no underflow. One that is not
      // even exact as a double is not exact as a float.
      double wideSum = (double) x + y;
      if (sum != wideSum || !isExactSum(x, y, wideSum)) {
        env.flags |= FpEnvironment.NX;
      }
      return Float.floatToRawIntBits(sum);
    }
    return (int) SoftFloat.add(BINARY32, env, rm, wide(a), wide(b));
  }

  /** FSUB.S. */
  public static int sub(FpEnvironment env, int rm, int a, int b) {
    // The sign of a NaN matters to nobody, so a - b is a + (-b) for every operand.
    return add(env, rm, a, b ^ Integer.MIN_VALUE);
  }

  /** FMUL.S. */
  public static int mul(FpEnvironment env, int rm, int a, int b) {
    double product = (double) Float.intBitsToFloat(a) * Float.intBitsToFloat(b); // exact
    float result = (float) product;
    if (result == product) {
      return Float.floatToRawIntBits(result);
    }
    if (rm == RNE && isNormal(result)) {
      env.flags |= FpEnvironment.NX;
      return Float.floatToRawIntBits(result);
    }
    return (int) SoftFloat.mul(BINARY32, env, rm, wide(a), wide(b));
  }

  /** FDIV.S. */
  public static int div(FpEnvironment env, int rm, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float quotient = x / y;
    // Multiplied back, exactly: 0 / 0, x / 0 and inf / inf give a NaN here, which equals nothing.
    if ((double) quotient * y == x) {
      return Float.floatToRawIntBits(quotient);
    }
    if (rm == RNE && isNormal(quotient)) {
      env.flags |= FpEnvironment.NX;
      return Float.floatToRawIntBits(quotient);
    }
    return (int) SoftFloat.div(BINARY32, env, rm, wide(a), wide(b));
  }

  /** FSQRT.S. */
  public static int sqrt(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    // Rounding twice is harmless: a root of 24 bits is never so close to a tie of floats that 53
    // bits hide on which side it is (53 >= 2 * 24 + 2).
    float root = (float) Math.sqrt(x);
    if ((double) root * root == x) {
      return Float.floatToRawIntBits(root);
    }
    if (rm == RNE && isNormal(root)) {
      env.flags |= FpEnvironment.NX;
      return Float.floatToRawIntBits(root);
    }
    return (int) SoftFloat.sqrt(BINARY32, env, rm, wide(a));
  }

  /**
   * FMADD.S: {@code a * b + c}, rounded once. The other three are this with signs flipped, as
   * {@link Float64#fma} says; flip them after unboxing.
   */
  public static int fma(FpEnvironment env, int rm, int a, int b, int c) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float z = Float.intBitsToFloat(c);
    float result = Math.fma(x, y, z);
    if (rm == RNE && isNormal(result)) {
      // As for a sum; the product is exact.
      double product = (double) x * y;
      double sum = product + z;
      if (result != sum || !isExactSum(product, z, sum)) {
        env.flags |= FpEnvironment.NX;
      }
      return Float.floatToRawIntBits(result);
    }
    return (int) SoftFusedMultiplyAdd.fma(BINARY32, env, rm, wide(a), wide(b), wide(c));
  }

  /** FMIN.S: minimumNumber of IEEE 754-2019. -0 is less than +0; a number wins against a NaN. */
  public static int min(FpEnvironment env, int a, int b) {
    float least = Math.min(Float.intBitsToFloat(a), Float.intBitsToFloat(b));
    return Float.isNaN(least) ? numberOrNan(env, a, b) : Float.floatToRawIntBits(least);
  }

  /** FMAX.S: maximumNumber of IEEE 754-2019. -0 is less than +0; a number wins against a NaN. */
  public static int max(FpEnvironment env, int a, int b) {
    float most = Math.max(Float.intBitsToFloat(a), Float.intBitsToFloat(b));
    return Float.isNaN(most) ? numberOrNan(env, a, b) : Float.floatToRawIntBits(most);
  }

  /** FMINM.S: minimum of IEEE 754-2019. -0 is less than +0; a NaN wins against a number. */
  public static int minimum(FpEnvironment env, int a, int b) {
    float least = Math.min(Float.intBitsToFloat(a), Float.intBitsToFloat(b));
    return Float.isNaN(least)
        ? (int) SoftFloat.nan(BINARY32, env, wide(a), wide(b))
        : Float.floatToRawIntBits(least);
  }

  /** FMAXM.S: maximum of IEEE 754-2019. -0 is less than +0; a NaN wins against a number. */
  public static int maximum(FpEnvironment env, int a, int b) {
    float most = Math.max(Float.intBitsToFloat(a), Float.intBitsToFloat(b));
    return Float.isNaN(most)
        ? (int) SoftFloat.nan(BINARY32, env, wide(a), wide(b))
        : Float.floatToRawIntBits(most);
  }

  /**
   * The one of two operands that is a number, or the canonical NaN; a signalling NaN is invalid.
   */
  private static int numberOrNan(FpEnvironment env, int a, int b) {
    long nan = SoftFloat.nan(BINARY32, env, wide(a), wide(b));
    if (BINARY32.isNan(wide(a))) {
      return BINARY32.isNan(wide(b)) ? (int) nan : b;
    }
    return a;
  }

  /** FEQ.S: quiet, only a signalling NaN is invalid. */
  public static boolean eq(FpEnvironment env, int a, int b) {
    if (Float.intBitsToFloat(a) == Float.intBitsToFloat(b)) {
      return true;
    }
    if (BINARY32.isSignallingNan(wide(a)) || BINARY32.isSignallingNan(wide(b))) {
      env.flags |= FpEnvironment.NV;
    }
    return false;
  }

  /** FLT.S: signalling, any NaN is invalid. */
  public static boolean lt(FpEnvironment env, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    if (Float.isNaN(x) || Float.isNaN(y)) {
      env.flags |= FpEnvironment.NV;
    }
    return x < y;
  }

  /** FLE.S: signalling, any NaN is invalid. */
  public static boolean le(FpEnvironment env, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    if (Float.isNaN(x) || Float.isNaN(y)) {
      env.flags |= FpEnvironment.NV;
    }
    return x <= y;
  }

  /** FLTQ.S: quiet, only a signalling NaN is invalid. */
  public static boolean quietLt(FpEnvironment env, int a, int b) {
    SoftFloat.nan(BINARY32, env, wide(a), wide(b));
    return Float.intBitsToFloat(a) < Float.intBitsToFloat(b);
  }

  /** FLEQ.S: quiet, only a signalling NaN is invalid. */
  public static boolean quietLe(FpEnvironment env, int a, int b) {
    SoftFloat.nan(BINARY32, env, wide(a), wide(b));
    return Float.intBitsToFloat(a) <= Float.intBitsToFloat(b);
  }

  /**
   * FROUND.S, and FROUNDNX.S, which raises NX where the result is not the operand: to an integer of
   * the same format.
   */
  public static int round(FpEnvironment env, int rm, int a, boolean raisesInexact) {
    return (int) SoftConversion.toIntegral(BINARY32, env, rm, wide(a), raisesInexact);
  }

  /** FCLASS.S: one of ten bits, negative infinity (bit 0) to quiet NaN (bit 9). */
  public static int classify(int a) {
    return BINARY32.classify(wide(a));
  }

  /** FCVT.W.S: saturates; a NaN gives the largest. */
  public static long toI32(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    // No float lies between -2^31 - 1 and -2^31, and near the bounds all are integers.
    if (x >= -0x1p31f && x < 0x1p31f) {
      int result = (int) x; // truncates; a float with a fraction is below 2^24, so == is exact
      if (result == x) {
        return result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return result;
      }
    }
    return SoftConversion.toInteger(BINARY32, env, rm, wide(a), true, 32);
  }

  /** FCVT.WU.S: saturates; a NaN gives the largest. The result is sign-extended from 32 bits. */
  public static long toU32(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    if (x > -1 && x < 0x1p32f) {
      long result = (long) x; // truncates
      if (result == x) {
        return (int) result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return (int) result;
      }
    }
    return SoftConversion.toInteger(BINARY32, env, rm, wide(a), false, 32);
  }

  /** FCVT.L.S: saturates; a NaN gives the largest. */
  public static long toI64(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    if (x >= -0x1p63f && x < 0x1p63f) {
      long result = (long) x; // truncates
      if (result == x) {
        return result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return result;
      }
    }
    return SoftConversion.toInteger(BINARY32, env, rm, wide(a), true, 64);
  }

  /** FCVT.LU.S: saturates; a NaN gives the largest. The result is unsigned. */
  public static long toU64(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    if (x > -1 && x < 0x1p63f) {
      long result = (long) x; // truncates
      if (result == x) {
        return result;
      }
      if (rm == RTZ) {
        env.flags |= FpEnvironment.NX;
        return result;
      }
    }
    return SoftConversion.toInteger(BINARY32, env, rm, wide(a), false, 64);
  }

  /** FCVT.S.W. */
  public static int fromI32(FpEnvironment env, int rm, int value) {
    return fromI64(env, rm, value);
  }

  /** FCVT.S.WU: of an unsigned value. */
  public static int fromU32(FpEnvironment env, int rm, int value) {
    return fromI64(env, rm, Integer.toUnsignedLong(value));
  }

  /** FCVT.S.L. */
  public static int fromI64(FpEnvironment env, int rm, long value) {
    float result = (float) value;
    // The cast back saturates, so 2^63 would come back as MAX_VALUE, which it is not.
    if ((long) result == value && value != Long.MAX_VALUE) {
      return Float.floatToRawIntBits(result);
    }
    if (rm == RNE) {
      env.flags |= FpEnvironment.NX;
      return Float.floatToRawIntBits(result);
    }
    return (int) SoftConversion.fromInteger(BINARY32, env, rm, value < 0, Math.abs(value));
  }

  /** FCVT.S.LU: of an unsigned value. */
  public static int fromU64(FpEnvironment env, int rm, long value) {
    return value >= 0
        ? fromI64(env, rm, value)
        : (int) SoftConversion.fromInteger(BINARY32, env, rm, false, value);
  }

  /** FCVT.D.S: always exact; returns double-precision bits. */
  public static long toFloat64(FpEnvironment env, int a) {
    double result = Float.intBitsToFloat(a);
    return Double.isNaN(result)
        ? SoftConversion.convert(BINARY32, BinaryFormat.BINARY64, env, RNE, wide(a))
        : Double.doubleToRawLongBits(result);
  }

  /** The bits as {@link BinaryFormat} wants them. */
  private static long wide(int bits) {
    return Integer.toUnsignedLong(bits);
  }

  /** Whether a rounded result is finite and was not tiny before it was rounded. */
  private static boolean isNormal(float result) {
    float size = Math.abs(result);
    return size > Float.MIN_NORMAL && size <= Float.MAX_VALUE;
  }

  /** Knuth's 2Sum: its last line is the rounding error, exactly; no step here can overflow. */
  private static boolean isExactSum(double x, double y, double sum) {
    double yRounded = sum - x;
    double xRounded = sum - yRounded;
    return (x - xRounded) + (y - yRounded) == 0;
  }
}
