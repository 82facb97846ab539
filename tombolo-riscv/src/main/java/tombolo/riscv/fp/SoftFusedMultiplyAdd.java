// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/** {@code a * b + c} with one rounding, by 128-bit integer arithmetic, for either format. */
final class SoftFusedMultiplyAdd {
  private SoftFusedMultiplyAdd() {}

  static long fma(BinaryFormat format, FpEnvironment env, int rm, long a, long b, long c) {
    boolean infiniteTimesZero =
        (format.isInfinite(a) && format.isZero(b)) || (format.isZero(a) && format.isInfinite(b));
    if (infiniteTimesZero) {
      return SoftFloat.invalid(format, env); // even where c is a quiet NaN
    }
    if (format.isNan(a) || format.isNan(b) || format.isNan(c)) {
      SoftFloat.nan(format, env, a, b);
      return SoftFloat.nan(format, env, c, c);
    }
    boolean negative = format.isNegative(a) != format.isNegative(b);
    boolean sameSign = negative == format.isNegative(c);
    if (format.isInfinite(a) || format.isInfinite(b)) {
      return sameSign || !format.isInfinite(c)
          ? format.withSign(negative, format.infinity())
          : SoftFloat.invalid(format, env);
    }
    if (format.isInfinite(c)) {
      return c;
    }
    if (format.isZero(a) || format.isZero(b)) {
      return sameSign || !format.isZero(c) ? c : SoftFloat.cancelled(format, rm);
    }
    if (format.isZero(c)) {
      return SoftFloat.mul(format, env, rm, a, b);
    }
    return fmaFinite(format, env, rm, a, b, c);
  }

  /**
   * Lines product and addend up as 128-bit numbers with the leading one at bit 126 (bit 127 is for
   * the carry), then adds or subtracts.
   *
   * <p>A product has at most 106 bits, so at least 21 zeros follow it, and more follow the addend.
   * Bits are jammed only if the smaller is shifted further than its zeros reach; then a difference
   * loses at most one leading place, and the jammed bit stays far below what is kept.
   */
  private static long fmaFinite(
      BinaryFormat format, FpEnvironment env, int rm, long a, long b, long c) {
    long x = format.significandOf(a);
    long y = format.significandOf(b);
    long productHigh = Math.unsignedMultiplyHigh(x, y);
    long productLow = x * y;
    int productExponent = format.exponentOf(a) + format.exponentOf(b);
    if (productHigh < 0) { // in [2, 4): the leading one is at bit 127
      productLow = (productHigh << 63) | (productLow >>> 1);
      productHigh >>>= 1;
      productExponent++;
    }
    long addendHigh = format.significandOf(c) >>> 1;
    int addendExponent = format.exponentOf(c);

    boolean productNegative = format.isNegative(a) != format.isNegative(b);
    boolean subtract = productNegative != format.isNegative(c);
    int distance = productExponent - addendExponent;
    if (distance > 0 || (distance == 0 && productHigh >= addendHigh)) {
      long smallHigh = Rounding.kept(addendHigh, distance);
      long smallLow = lowAfterShift(addendHigh, 0, distance);
      return combine(
          format,
          env,
          rm,
          productNegative,
          productExponent,
          productHigh,
          productLow,
          smallHigh,
          smallLow,
          subtract);
    }
    long smallHigh = Rounding.kept(productHigh, -distance);
    long smallLow = lowAfterShift(productHigh, productLow, -distance);
    return combine(
        format,
        env,
        rm,
        format.isNegative(c),
        addendExponent,
        addendHigh,
        0,
        smallHigh,
        smallLow,
        subtract);
  }

  private static long combine(
      BinaryFormat format,
      FpEnvironment env,
      int rm,
      boolean negative,
      int exponent,
      long largeHigh,
      long largeLow,
      long smallHigh,
      long smallLow,
      boolean subtract) {
    long low;
    long high;
    if (subtract) {
      low = largeLow - smallLow;
      high = largeHigh - smallHigh - (Long.compareUnsigned(largeLow, smallLow) < 0 ? 1 : 0);
    } else {
      low = largeLow + smallLow;
      high = largeHigh + smallHigh + (Long.compareUnsigned(low, largeLow) < 0 ? 1 : 0);
    }
    if (high == 0) {
      // At least 63 places cancelled: nothing was jammed, `low` is all of the result.
      return low == 0
          ? SoftFloat.cancelled(format, rm)
          : Rounding.normalizeAndPack(format, env, rm, negative, exponent - 63, low);
    }
    int shift = Long.numberOfLeadingZeros(high);
    long significand = shift == 0 ? high : (high << shift) | (low >>> (64 - shift));
    long rest = low << shift;
    return Rounding.pack(
        format, env, rm, negative, exponent + 1 - shift, significand | (rest != 0 ? 1 : 0));
  }

  /** The low half of {@code high:low} shifted right by {@code count >= 0}, jammed. */
  private static long lowAfterShift(long high, long low, int count) {
    if (count == 0) {
      return low;
    }
    if (count < 64) {
      return (high << (64 - count)) | Rounding.shiftRightJam(low, count);
    }
    return Rounding.shiftRightJam(high, count - 64) | (low != 0 ? 1 : 0);
  }
}
