// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/** Conversions between the formats and to and from integers, by integer arithmetic. */
final class SoftConversion {
  private SoftConversion() {}

  /** Converts a value to another format. */
  static long convert(BinaryFormat from, BinaryFormat to, FpEnvironment env, int rm, long a) {
    if (from.isNan(a)) {
      if (from.isSignallingNan(a)) {
        env.flags |= FpEnvironment.NV;
      }
      return to.canonicalNan();
    }
    boolean negative = from.isNegative(a);
    if (from.isInfinite(a)) {
      return to.withSign(negative, to.infinity());
    }
    if (from.isZero(a)) {
      return to.withSign(negative, 0);
    }
    return Rounding.pack(to, env, rm, negative, from.exponentOf(a), from.significandOf(a));
  }

  /** Converts an integer, given as sign and unsigned magnitude. */
  static long fromInteger(
      BinaryFormat format, FpEnvironment env, int rm, boolean negative, long magnitude) {
    return magnitude == 0 ? 0 : Rounding.normalizeAndPack(format, env, rm, negative, 63, magnitude);
  }

  /**
   * Converts to an integer of {@code width} bits, 32 or 64, sign-extended to 64 even if unsigned.
   * What does not fit after rounding is invalid (and then not also inexact) and gives the nearest
   * integer that fits; a NaN gives the largest.
   */
  static long toInteger(
      BinaryFormat format, FpEnvironment env, int rm, long a, boolean signed, int width) {
    boolean nan = format.isNan(a);
    boolean negative = !nan && format.isNegative(a);
    if (format.isZero(a)) {
      return 0;
    }
    boolean fits = false;
    long magnitude = 0;
    long fraction = 0;
    if (!nan && !format.isInfinite(a) && format.exponentOf(a) < 64) {
      int cut = 63 - format.exponentOf(a);
      magnitude = Rounding.kept(format.significandOf(a), cut);
      fraction = Rounding.fraction(format.significandOf(a), cut);
      if (Rounding.roundsUp(rm, negative, magnitude, fraction)) {
        magnitude++; // there is a fraction, so this is below 2^63 and cannot wrap
      }
      fits = Long.compareUnsigned(magnitude, limit(negative, signed, width)) <= 0;
    }
    if (!fits) {
      env.flags |= FpEnvironment.NV;
      magnitude = limit(negative, signed, width);
    } else if (fraction != 0) {
      env.flags |= FpEnvironment.NX;
    }
    long value = negative ? -magnitude : magnitude;
    return width == 32 ? (int) value : value;
  }

  /**
   * The low 32 bits, sign-extended, of the integer towards zero from a value whose magnitude is at
   * least 1; 0 of what is no number.
   */
  static long lowWord(BinaryFormat format, long a) {
    if (format.isNan(a) || format.isInfinite(a)) {
      return 0;
    }
    int places = format.exponentOf(a) - 63; // to the left
    if (places > 31) {
      return 0;
    }
    long significand = format.significandOf(a);
    long magnitude = places >= 0 ? significand << places : significand >>> -places;
    return (int) (format.isNegative(a) ? -magnitude : magnitude);
  }

  /** Rounds to an integer of the same format; a zero keeps the operand's sign. */
  static long toIntegral(
      BinaryFormat format, FpEnvironment env, int rm, long a, boolean raisesInexact) {
    if (format.isNan(a)) {
      return SoftFloat.nan(format, env, a, a);
    }
    boolean whole = format.isInfinite(a) || format.exponentOf(a) >= format.fractionBits();
    if (format.isZero(a) || whole) {
      return a;
    }
    boolean negative = format.isNegative(a);
    int cut = 63 - format.exponentOf(a);
    long magnitude = Rounding.kept(format.significandOf(a), cut);
    long fraction = Rounding.fraction(format.significandOf(a), cut);
    if (Rounding.roundsUp(rm, negative, magnitude, fraction)) {
      magnitude++;
    }
    if (fraction != 0 && raisesInexact) {
      env.flags |= FpEnvironment.NX;
    }
    // The format holds every integer up to here, so that this raises nothing.
    return format.withSign(negative, fromInteger(format, env, rm, false, magnitude));
  }

  /** The largest magnitude, unsigned, that an integer type has on this side of zero. */
  private static long limit(boolean negative, boolean signed, int width) {
    long all = -1L >>> (64 - width);
    if (signed) {
      return negative ? (all >>> 1) + 1 : all >>> 1;
    }
    return negative ? 0 : all;
  }
}
