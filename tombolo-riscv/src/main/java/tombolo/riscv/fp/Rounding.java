// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * Rounds exact results into a format and raises the flags that rounding raises.
 *
 * <p>An exact result is a sign, an exponent and a 64-bit unsigned significand: {@code significand *
 * 2^(exponent - 63)}. If there is more of the result below bit 0, bit 0 is set (<em>jammed</em>,
 * "sticky"): the formats keep at most 53 bits, so bit 0 is never kept and never decides a tie, only
 * says that something is there.
 *
 * <p>Every rounding cuts a significand into the part that is kept and the <em>fraction</em> of one
 * unit that is cut off, as an unsigned 64-bit number of which {@link #HALF} is a half.
 */
final class Rounding {
  private static final long HALF = 1L << 63;

  private Rounding() {}

  /** Shifts right by {@code count >= 0}; bit 0 says whether any one was shifted out. */
  static long shiftRightJam(long value, int count) {
    return kept(value, count) | (fraction(value, count) != 0 ? 1 : 0);
  }

  /** The integer part of {@code significand / 2^count}, for {@code count >= 0}. */
  static long kept(long significand, int count) {
    return count < 64 ? significand >>> count : 0;
  }

  /**
   * What {@link #kept} cuts off, in units of 2^-64. Beyond 64 places that is less than a half
   * whatever the significand is, and its exact size no longer matters.
   */
  static long fraction(long significand, int count) {
    if (count == 0) {
      return 0;
    }
    if (count <= 64) {
      return significand << (64 - count);
    }
    return significand != 0 ? 1 : 0;
  }

  /** Whether a magnitude moves up to the next unit when its {@code fraction} is cut off. */
  static boolean roundsUp(int rm, boolean negative, long kept, long fraction) {
    int half = Long.compareUnsigned(fraction, HALF);
    return switch (rm) {
      case RoundingMode.RNE -> half > 0 || (half == 0 && (kept & 1) != 0);
      case RoundingMode.RTZ -> false;
      case RoundingMode.RDN -> negative && fraction != 0;
      case RoundingMode.RUP -> !negative && fraction != 0;
      case RoundingMode.RMM -> half >= 0;
      default -> throw new IllegalArgumentException("rounding mode " + rm);
    };
  }

  /**
   * Rounds and packs a nonzero exact result whose leading one may be at any bit; at bit 61 or above
   * if the significand is jammed, so that the jammed bit stays below what is kept.
   */
  static long normalizeAndPack(
      BinaryFormat format,
      FpEnvironment env,
      int rm,
      boolean negative,
      int exponent,
      long significand) {
    int shift = Long.numberOfLeadingZeros(significand);
    return pack(format, env, rm, negative, exponent - shift, significand << shift);
  }

  /** Rounds and packs an exact result whose significand has bit 63 set. */
  static long pack(
      BinaryFormat format,
      FpEnvironment env,
      int rm,
      boolean negative,
      int exponent,
      long significand) {
    int minExponent = format.minExponent();
    int below = Math.max(0, minExponent - exponent);
    int cut = 64 - format.precision() + below;
    long kept = kept(significand, cut);
    long fraction = fraction(significand, cut);
    if (roundsUp(rm, negative, kept, fraction)) {
      kept++;
    }
    // A normal number has its leading one at bit fractionBits of `kept`, just where it adds one to
    // the exponent field; so the field starts one lower. A carry out of `kept` goes into the
    // exponent by itself, and out of a subnormal it makes the smallest normal number.
    int biased = Math.max(exponent, minExponent) + format.maxExponent();
    long magnitude = ((biased - 1L) << format.fractionBits()) + kept;
    // The exponent is asked first: far above the format's, its field would reach the sign.
    if (exponent > format.maxExponent() || magnitude >= format.infinity()) {
      env.flags |= FpEnvironment.OF | FpEnvironment.NX;
      return format.withSign(negative, overflowed(format, rm, negative));
    }
    if (fraction != 0) {
      boolean tiny = below > 0 && isTiny(format, rm, negative, exponent, significand);
      env.flags |= tiny ? FpEnvironment.UF | FpEnvironment.NX : FpEnvironment.NX;
    }
    return format.withSign(negative, magnitude);
  }

  /**
   * Whether a result below the normal range is tiny after rounding: rounded to full precision as if
   * the exponent had no lower bound, it is still below. Only one binade down can rounding lift it
   * to the smallest normal number, by carrying out of a significand of all ones.
   */
  private static boolean isTiny(
      BinaryFormat format, int rm, boolean negative, int exponent, long significand) {
    if (exponent < format.minExponent() - 1) {
      return true;
    }
    int cut = 64 - format.precision();
    long kept = kept(significand, cut);
    boolean allOnes = kept == (1L << format.precision()) - 1;
    return !(allOnes && roundsUp(rm, negative, kept, fraction(significand, cut)));
  }

  /** An overflow goes to infinity unless the mode rounds towards zero on this side. */
  private static long overflowed(BinaryFormat format, int rm, boolean negative) {
    boolean towardsZero =
        switch (rm) {
          case RoundingMode.RTZ -> true;
          case RoundingMode.RDN -> !negative;
          case RoundingMode.RUP -> negative;
          default -> false;
        };
    return towardsZero ? format.largestFinite() : format.infinity();
  }
}
