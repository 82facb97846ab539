// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import java.math.BigDecimal;

/**
 * Rounds as IEEE 754 defines it, with nothing of the implementation under test: finds the two
 * neighbours of an exact number among the numbers of a format and chooses between them.
 *
 * <p>Infinity stands where the format would continue, at a power of two; so the same choice decides
 * overflow.
 */
final class RoundingByDefinition {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private final boolean single;
  private final long infinity;
  private final long smallestNormal;

  RoundingByDefinition(boolean single) {
    this.single = single;
    infinity = single ? 0x7f80_0000L : 0x7ff0_0000_0000_0000L;
    smallestNormal = single ? 0x0080_0000L : 0x0010_0000_0000_0000L;
  }

  /** Returns the magnitude, as bits, and sets the flags. */
  long round(FpEnvironment env, int rm, boolean negative, ExactNumber exact) {
    if (exact.compareTo(value(infinity)) >= 0) {
      env.flags |= FpEnvironment.OF | FpEnvironment.NX;
      boolean down = choosesLower(rm, negative, false, 1);
      return down ? infinity - 1 : infinity;
    }
    long lower = atOrBelow(exact);
    if (exact.compareTo(value(lower)) == 0) {
      return lower;
    }
    long chosen = choose(rm, negative, exact, lower);
    env.flags |= FpEnvironment.NX;
    if (chosen == infinity) {
      env.flags |= FpEnvironment.OF;
    } else if (isTiny(rm, negative, exact)) {
      env.flags |= FpEnvironment.UF;
    }
    return chosen;
  }

  private long choose(int rm, boolean negative, ExactNumber exact, long lower) {
    BigDecimal middle = value(lower).add(value(lower + 1)).multiply(HALF);
    boolean lowerIsEven = (lower & 1) == 0;
    return choosesLower(rm, negative, lowerIsEven, exact.compareTo(middle)) ? lower : lower + 1;
  }

  private static boolean choosesLower(int rm, boolean negative, boolean lowerIsEven, int half) {
    return switch (rm) {
      case RoundingMode.RNE -> half < 0 || (half == 0 && lowerIsEven);
      case RoundingMode.RTZ -> true;
      case RoundingMode.RDN -> !negative;
      case RoundingMode.RUP -> negative;
      case RoundingMode.RMM -> half < 0;
      default -> throw new AssertionError(rm);
    };
  }

  /**
   * Tiny after rounding: rounds the number times 2^64 to full precision, which is what an unbounded
   * exponent would do, and compares with the smallest normal number times 2^64.
   */
  private boolean isTiny(int rm, boolean negative, ExactNumber exact) {
    BigDecimal bound = value(smallestNormal);
    if (exact.compareTo(bound) >= 0) {
      return false;
    }
    if (exact.compareTo(bound.multiply(HALF)) < 0) {
      return true;
    }
    BigDecimal scale = BigDecimal.TWO.pow(64);
    ExactNumber scaled = exact.times(scale);
    long lower = atOrBelow(scaled);
    boolean fits = scaled.compareTo(value(lower)) == 0;
    long rounded = fits ? lower : choose(rm, negative, scaled, lower);
    return value(rounded).compareTo(bound.multiply(scale)) < 0;
  }

  /** The largest number of the format that is not greater. */
  private long atOrBelow(ExactNumber exact) {
    long bits = Math.min(bits(exact.estimate()), infinity - 1);
    while (exact.compareTo(value(bits)) < 0) {
      bits--;
    }
    while (exact.compareTo(value(bits + 1)) >= 0) {
      bits++;
    }
    return bits;
  }

  private long bits(double value) {
    return single ? Float.floatToRawIntBits((float) value) : Double.doubleToRawLongBits(value);
  }

  /** The value of a magnitude. */
  BigDecimal value(long bits) {
    if (bits == infinity) {
      return BigDecimal.TWO.pow(single ? 128 : 1024);
    }
    return new BigDecimal(
        single ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits));
  }
}
