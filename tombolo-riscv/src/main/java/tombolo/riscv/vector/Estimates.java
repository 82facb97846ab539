// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.fp.RoundingMode;

/**
 * vfrec7 and vfrsqrt7: estimates of which seven bits of the significand are right (RISC-V V,
 * "Vector Floating-Point Reciprocal Estimate Instruction" and the one before it).
 *
 * <p>The specification tabulates the significands. Each is that of the exact result at the middle
 * of the operands with the same leading bits, rounded to nearest; so the tables are computed here.
 *
 * @param fractionBits of a number
 * @param exponentBits of a number
 */
record Estimates(int fractionBits, int exponentBits) {
  private static final Estimates SINGLE = new Estimates(23, 8);
  private static final Estimates DOUBLE = new Estimates(52, 11);

  private static final int SIZE = 128;
  private static final int TABLE_BITS = 7;
  private static final byte[] RECIPROCALS = new byte[SIZE];

  /** First those of operands whose biased exponent is even, then the others. */
  private static final byte[] ROOTS = new byte[SIZE];

  static {
    for (int i = 0; i < SIZE; i++) {
      double middle = 1 + (i + 0.5) / SIZE;
      RECIPROCALS[i] = significand(1 / middle);
      double middleOfPair = 1 + (i % (SIZE / 2) + 0.5) / (SIZE / 2);
      ROOTS[i] = significand(1 / Math.sqrt(i < SIZE / 2 ? 2 * middleOfPair : middleOfPair));
    }
  }

  /** The leading bits of a number from a half to one. */
  private static byte significand(double number) {
    return (byte) Math.round((2 * number - 1) * SIZE);
  }

  static Estimates ofSingle() {
    return SINGLE;
  }

  static Estimates ofDouble() {
    return DOUBLE;
  }

  /** vfrsqrt7 of a number's bits. */
  long reciprocalRoot(FpEnvironment fp, long bits) {
    boolean negative = isNegative(bits);
    long magnitude = magnitude(bits);
    if (magnitude > infinity()) {
      return nan(fp, bits);
    }
    if (magnitude == 0) {
      fp.flags |= FpEnvironment.DZ;
      return withSign(negative, infinity());
    }
    if (negative) {
      fp.flags |= FpEnvironment.NV;
      return canonicalNan();
    }
    if (magnitude == infinity()) {
      return 0;
    }
    int exponent = exponent(magnitude);
    long fraction = fraction(magnitude);
    int index = (exponent & 1) << (TABLE_BITS - 1) | (int) (fraction >>> (fractionBits - 6));
    int result = (3 * bias() - 1 - exponent) >> 1;
    return (long) result << fractionBits | (long) ROOTS[index] << (fractionBits - TABLE_BITS);
  }

  /** vfrec7 of a number's bits. */
  long reciprocal(FpEnvironment fp, int rm, long bits) {
    boolean negative = isNegative(bits);
    long magnitude = magnitude(bits);
    if (magnitude > infinity()) {
      return nan(fp, bits);
    }
    if (magnitude == infinity()) {
      return withSign(negative, 0);
    }
    if (magnitude == 0) {
      fp.flags |= FpEnvironment.DZ;
      return withSign(negative, infinity());
    }
    int exponent = 2 * bias() - 1 - exponent(magnitude);
    if (exponent > 2 * bias()) {
      fp.flags |= FpEnvironment.OF | FpEnvironment.NX;
      boolean finite =
          rm == RoundingMode.RTZ || rm == (negative ? RoundingMode.RUP : RoundingMode.RDN);
      return withSign(negative, finite ? infinity() - 1 : infinity());
    }
    int index = (int) (fraction(magnitude) >>> (fractionBits - TABLE_BITS));
    long significand = (long) RECIPROCALS[index] << (fractionBits - TABLE_BITS);
    if (exponent <= 0) {
      return withSign(negative, (1L << fractionBits | significand) >>> (1 - exponent));
    }
    return withSign(negative, (long) exponent << fractionBits | significand);
  }

  private int bias() {
    return (1 << (exponentBits - 1)) - 1;
  }

  private long infinity() {
    return ((1L << exponentBits) - 1) << fractionBits;
  }

  private long canonicalNan() {
    return infinity() | 1L << (fractionBits - 1);
  }

  /** The result for a NaN. */
  private long nan(FpEnvironment fp, long bits) {
    if ((bits & 1L << (fractionBits - 1)) == 0) {
      fp.flags |= FpEnvironment.NV;
    }
    return canonicalNan();
  }

  private boolean isNegative(long bits) {
    return (bits & sign()) != 0;
  }

  private long sign() {
    return 1L << (fractionBits + exponentBits);
  }

  private long magnitude(long bits) {
    return bits & sign() - 1;
  }

  private long withSign(boolean negative, long magnitude) {
    return negative ? magnitude | sign() : magnitude;
  }

  /** The biased exponent; below 1 for a subnormal number, as if it were normalized. */
  private int exponent(long magnitude) {
    int field = (int) (magnitude >>> fractionBits);
    return field != 0 ? field : -leadingZeros(magnitude);
  }

  /** The fraction, without the leading one that a subnormal number has in it. */
  private long fraction(long magnitude) {
    boolean subnormal = magnitude >>> fractionBits == 0;
    long fraction = subnormal ? magnitude << (1 + leadingZeros(magnitude)) : magnitude;
    return fraction & (1L << fractionBits) - 1;
  }

  private int leadingZeros(long magnitude) {
    return Long.numberOfLeadingZeros(magnitude) - (64 - fractionBits);
  }
}
