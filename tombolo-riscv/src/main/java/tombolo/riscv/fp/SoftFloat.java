// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * Add, multiply, divide and square root by integer arithmetic, for either format.
 *
 * <p>Each operation deals with NaNs, infinities and zeros, then computes an exact (or jammed)
 * result of finite nonzero operands and leaves the rest to {@link Rounding}.
 */
final class SoftFloat {
  private SoftFloat() {}

  static long add(BinaryFormat format, FpEnvironment env, int rm, long a, long b) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, env, a, b);
    }
    boolean sameSign = format.isNegative(a) == format.isNegative(b);
    if (format.isInfinite(a)) {
      return sameSign || !format.isInfinite(b) ? a : invalid(format, env);
    }
    if (format.isInfinite(b)) {
      return b;
    }
    if (format.isZero(a) && format.isZero(b)) {
      return sameSign ? a : cancelled(format, rm);
    }
    if (format.isZero(a)) {
      return b;
    }
    if (format.isZero(b)) {
      return a;
    }
    return format.magnitude(a) >= format.magnitude(b)
        ? addFinite(format, env, rm, a, b, sameSign)
        : addFinite(format, env, rm, b, a, sameSign);
  }

  private static long addFinite(
      BinaryFormat format, FpEnvironment env, int rm, long large, long small, boolean sameSign) {
    int exponent = format.exponentOf(large);
    int distance = exponent - format.exponentOf(small);
    // One place to the right makes room for the carry; the bits that leave are zeros. Where the
    // jammed bit is not exact (distance > 10) a difference loses at most one leading place.
    long x = format.significandOf(large) >>> 1;
    long y = Rounding.shiftRightJam(format.significandOf(small) >>> 1, distance);
    long sum = sameSign ? x + y : x - y;
    if (sum == 0) {
      return cancelled(format, rm);
    }
    boolean negative = format.isNegative(large);
    return Rounding.normalizeAndPack(format, env, rm, negative, exponent + 1, sum);
  }

  static long mul(BinaryFormat format, FpEnvironment env, int rm, long a, long b) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, env, a, b);
    }
    boolean negative = format.isNegative(a) != format.isNegative(b);
    if (format.isInfinite(a) || format.isInfinite(b)) {
      return format.isZero(a) || format.isZero(b)
          ? invalid(format, env)
          : format.withSign(negative, format.infinity());
    }
    if (format.isZero(a) || format.isZero(b)) {
      return format.withSign(negative, 0);
    }
    long x = format.significandOf(a);
    long y = format.significandOf(b);
    // (x * 2^-63) * (y * 2^-63) = high * 2^-62 + low * 2^-126, and high is at least 2^62.
    long high = Math.unsignedMultiplyHigh(x, y);
    long product = high | (x * y != 0 ? 1 : 0);
    int exponent = format.exponentOf(a) + format.exponentOf(b) + 1;
    return Rounding.normalizeAndPack(format, env, rm, negative, exponent, product);
  }

  static long div(BinaryFormat format, FpEnvironment env, int rm, long a, long b) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, env, a, b);
    }
    boolean negative = format.isNegative(a) != format.isNegative(b);
    if (format.isInfinite(a)) {
      return format.isInfinite(b)
          ? invalid(format, env)
          : format.withSign(negative, format.infinity());
    }
    if (format.isInfinite(b)) {
      return format.withSign(negative, 0);
    }
    if (format.isZero(b)) {
      if (format.isZero(a)) {
        return invalid(format, env);
      }
      env.flags |= FpEnvironment.DZ;
      return format.withSign(negative, format.infinity());
    }
    if (format.isZero(a)) {
      return format.withSign(negative, 0);
    }
    // Both in [2^52, 2^53): no format has a longer significand.
    long dividend = format.significandOf(a) >>> 11;
    long divisor = format.significandOf(b) >>> 11;
    int exponent = format.exponentOf(a) - format.exponentOf(b);
    if (dividend < divisor) {
      dividend <<= 1;
      exponent--;
    }
    // Long division. The quotient's first bit is now 1; six digits of 10 bits make it 61 bits long.
    // The remainder stays below the divisor, so a digit's dividend is below 2^63.
    long quotient = 1;
    long remainder = dividend - divisor;
    for (int digit = 0; digit < 6; digit++) {
      remainder <<= 10;
      quotient = (quotient << 10) | (remainder / divisor);
      remainder %= divisor;
    }
    long significand = (quotient << 3) | (remainder != 0 ? 1 : 0);
    return Rounding.pack(format, env, rm, negative, exponent, significand);
  }

  static long sqrt(BinaryFormat format, FpEnvironment env, int rm, long a) {
    if (format.isNan(a)) {
      return nan(format, env, a, a);
    }
    if (format.isZero(a)) {
      return a;
    }
    if (format.isNegative(a)) {
      return invalid(format, env);
    }
    if (format.isInfinite(a)) {
      return a;
    }
    // a = radicand * 2^(exponent - 52) with an even exponent and a radicand in [2^52, 2^54).
    int exponent = format.exponentOf(a);
    long radicand = format.significandOf(a) >>> 11;
    if ((exponent & 1) != 0) {
      radicand <<= 1;
      exponent--;
    }
    // One bit of the root for two of the radicand, as on paper: 27 pairs, then zeros. The root
    // gets 56 bits; the remainder is never more than twice the root.
    long root = 0;
    long remainder = 0;
    for (int place = 52; place > 52 - 2 * 56; place -= 2) {
      long pair = place >= 0 ? (radicand >>> place) & 3 : 0;
      remainder = (remainder << 2) | pair;
      long trial = (root << 2) | 1;
      root <<= 1;
      if (remainder >= trial) {
        remainder -= trial;
        root |= 1;
      }
    }
    long significand = (root << 8) | (remainder != 0 ? 1 : 0);
    return Rounding.pack(format, env, rm, false, exponent >> 1, significand);
  }

  /** The result of an operation that reads a NaN: canonical, and invalid only if one signals. */
  static long nan(BinaryFormat format, FpEnvironment env, long a, long b) {
    if (format.isSignallingNan(a) || format.isSignallingNan(b)) {
      env.flags |= FpEnvironment.NV;
    }
    return format.canonicalNan();
  }

  /** The result of an operation that has none. */
  static long invalid(BinaryFormat format, FpEnvironment env) {
    env.flags |= FpEnvironment.NV;
    return format.canonicalNan();
  }

  /** The zero that remains of two operands of opposite sign. */
  static long cancelled(BinaryFormat format, int rm) {
    return format.withSign(rm == RoundingMode.RDN, 0);
  }
}
