// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * An IEEE 754 binary interchange format, and how to read its bit patterns.
 *
 * <p>A pattern is held in the low bits of a {@code long}; the bits above the format are zero. A
 * finite nonzero value is {@code significandOf * 2^(exponentOf - 63)}, where bit 63 of the
 * significand is set (so it is an unsigned number), for subnormals too.
 *
 * @param precision bits of the significand, the implicit one included
 * @param exponentBits width of the exponent field
 */
record BinaryFormat(int precision, int exponentBits) {
  static final BinaryFormat BINARY16 = new BinaryFormat(11, 5);
  static final BinaryFormat BINARY32 = new BinaryFormat(24, 8);
  static final BinaryFormat BINARY64 = new BinaryFormat(53, 11);

  /** The exponent of the largest finite number, which is also the bias of the exponent field. */
  int maxExponent() {
    return (1 << (exponentBits - 1)) - 1;
  }

  /** The exponent of the smallest normal number. */
  int minExponent() {
    return 1 - maxExponent();
  }

  /** Width of the field below the exponent. */
  int fractionBits() {
    return precision - 1;
  }

  long signBit() {
    return 1L << (fractionBits() + exponentBits);
  }

  long infinity() {
    return ((1L << exponentBits) - 1) << fractionBits();
  }

  long largestFinite() {
    return infinity() - 1;
  }

  long quietBit() {
    return 1L << (fractionBits() - 1);
  }

  long canonicalNan() {
    return infinity() | quietBit();
  }

  long withSign(boolean negative, long magnitude) {
    return negative ? magnitude | signBit() : magnitude;
  }

  long magnitude(long bits) {
    return bits & (signBit() - 1);
  }

  boolean isNegative(long bits) {
    return (bits & signBit()) != 0;
  }

  boolean isZero(long bits) {
    return magnitude(bits) == 0;
  }

  boolean isInfinite(long bits) {
    return magnitude(bits) == infinity();
  }

  boolean isNan(long bits) {
    return magnitude(bits) > infinity();
  }

  boolean isSignallingNan(long bits) {
    return isNan(bits) && (bits & quietBit()) == 0;
  }

  boolean isSubnormal(long bits) {
    return !isZero(bits) && exponentField(bits) == 0;
  }

  /** The exponent of a finite nonzero value: its magnitude is in {@code [2^e, 2^(e+1))}. */
  int exponentOf(long bits) {
    if (isSubnormal(bits)) {
      int leading = 63 - Long.numberOfLeadingZeros(fraction(bits));
      return minExponent() - (fractionBits() - leading);
    }
    return exponentField(bits) - maxExponent();
  }

  /** The significand of a finite nonzero value, shifted left until bit 63 is set. */
  long significandOf(long bits) {
    long fraction = fraction(bits);
    if (isSubnormal(bits)) {
      return fraction << Long.numberOfLeadingZeros(fraction);
    }
    return ((1L << fractionBits()) | fraction) << (64 - precision);
  }

  /** The mask of FCLASS: exactly one of ten bits. */
  int classify(long bits) {
    boolean negative = isNegative(bits);
    if (isNan(bits)) {
      return isSignallingNan(bits) ? 1 << 8 : 1 << 9;
    }
    if (isInfinite(bits)) {
      return negative ? 1 << 0 : 1 << 7;
    }
    if (isZero(bits)) {
      return negative ? 1 << 3 : 1 << 4;
    }
    if (isSubnormal(bits)) {
      return negative ? 1 << 2 : 1 << 5;
    }
    return negative ? 1 << 1 : 1 << 6;
  }

  private int exponentField(long bits) {
    return (int) (magnitude(bits) >>> fractionBits());
  }

  private long fraction(long bits) {
    return bits & ((1L << fractionBits()) - 1);
  }
}
