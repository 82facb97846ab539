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

  /** The largest magnitude, unsigned, that an integer type has on this side of zero. */
  private static long limit(boolean negative, boolean signed, int width) {
    long all = -1L >>> (64 - width);
    if (signed) {
      return negative ? (all >>> 1) + 1 : all >>> 1;
    }
    return negative ? 0 : all;
  }
}
