// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the F, D, Zfa and Zfhmin extensions say in so many words, one example of each. */
class SpecificationTest {
  private static final long QUIET = 0x7ff8_0000_0000_1234L;
  private static final long SIGNALLING = 0x7ff0_0000_0000_0001L;
  private static final long INFINITY = d(Double.POSITIVE_INFINITY);

  private final FpEnvironment env = new FpEnvironment();

  @Test
  void aNanResultIsCanonicalWhateverNanCameIn() {
    assertThat(Float64.add(env, RoundingMode.RNE, QUIET, d(1))).isEqualTo(Float64.CANONICAL_NAN);
    assertThat(Float64.toFloat32(env, RoundingMode.RNE, QUIET)).isEqualTo(Float32.CANONICAL_NAN);
    assertThat(Float32.toFloat64(env, 0xffc0_0001)).isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isZero();
  }

  @Test
  void aSignallingNanIsInvalid() {
    assertThat(Float64.mul(env, RoundingMode.RNE, d(2), SIGNALLING))
        .isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void infinityTimesZeroIsInvalidEvenIfAQuietNanIsAdded() {
    assertThat(Float64.fma(env, RoundingMode.RNE, INFINITY, d(0), QUIET))
        .isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void divisionByZeroGivesAnExactInfinity() {
    assertThat(Float64.div(env, RoundingMode.RNE, d(-1), d(0)))
        .isEqualTo(d(Double.NEGATIVE_INFINITY));
    assertThat(env.flags).isEqualTo(FpEnvironment.DZ);
  }

  @Test
  void flagsAccrue() {
    Float64.div(env, RoundingMode.RNE, d(1), d(0));
    Float64.div(env, RoundingMode.RNE, d(1), d(3));
    assertThat(env.flags).isEqualTo(FpEnvironment.DZ | FpEnvironment.NX);
  }

  @Test
  void tininessIsDetectedAfterRounding() {
    // 2^-1022 - 2^-1080: at full precision it rounds to the smallest normal number, 2^-1022.
    long small = d(0x1p-540);
    long nearest = Float64.fma(env, RoundingMode.RNE, small, d(-0x1p-540), d(Double.MIN_NORMAL));
    assertThat(nearest).isEqualTo(d(Double.MIN_NORMAL));
    assertThat(env.flags).isEqualTo(FpEnvironment.NX);

    long truncated = Float64.fma(env, RoundingMode.RTZ, small, d(-0x1p-540), d(Double.MIN_NORMAL));
    assertThat(truncated).isEqualTo(d(Math.nextDown(Double.MIN_NORMAL)));
    assertThat(env.flags).isEqualTo(FpEnvironment.NX | FpEnvironment.UF);
  }

  @Test
  void aResultThatReachesTheNormalRangeOnlyForLackOfBitsIsTiny() {
    // (1 - 2^-53) * 2^-1022 needs no rounding at full precision.
    long almostOne = d(Math.nextDown(1.0));
    long result = Float64.mul(env, RoundingMode.RNE, almostOne, d(Double.MIN_NORMAL));
    assertThat(result).isEqualTo(d(Double.MIN_NORMAL));
    assertThat(env.flags).isEqualTo(FpEnvironment.NX | FpEnvironment.UF);
  }

  @Test
  void anExactSubnormalDoesNotUnderflow() {
    assertThat(Float64.mul(env, RoundingMode.RNE, d(0.5), d(Double.MIN_NORMAL)))
        .isEqualTo(d(Double.MIN_NORMAL / 2));
    assertThat(env.flags).isZero();
  }

  @Test
  void minimumAndMaximumOrderZerosAndPreferNumbersToNans() {
    assertThat(Float64.min(env, d(0.0), d(-0.0))).isEqualTo(d(-0.0));
    assertThat(Float64.max(env, d(-0.0), d(0.0))).isEqualTo(d(0.0));
    assertThat(Float64.min(env, QUIET, d(1))).isEqualTo(d(1));
    assertThat(Float64.max(env, QUIET, QUIET)).isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isZero();
    assertThat(Float64.min(env, d(1), SIGNALLING)).isEqualTo(d(1));
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void equalityIsQuietAndOrderSignals() {
    assertThat(Float64.eq(env, QUIET, QUIET)).isFalse();
    assertThat(env.flags).isZero();
    assertThat(Float64.le(env, QUIET, d(1))).isFalse();
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
    env.flags = 0;
    assertThat(Float64.eq(env, SIGNALLING, d(1))).isFalse();
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void conversionToAnIntegerSaturatesAndIsThenInvalidButNotInexact() {
    assertThat(Float64.toI32(env, RoundingMode.RTZ, d(3e9))).isEqualTo(Integer.MAX_VALUE);
    assertThat(Float64.toU32(env, RoundingMode.RTZ, d(1e99))).isEqualTo(-1); // sign-extended
    assertThat(Float64.toU64(env, RoundingMode.RTZ, d(-1.5))).isZero();
    assertThat(Float64.toI64(env, RoundingMode.RTZ, QUIET)).isEqualTo(Long.MAX_VALUE);
    assertThat(Float64.toI64(env, RoundingMode.RTZ, d(Double.NEGATIVE_INFINITY)))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void aNegativeValueThatRoundsToZeroFitsAnUnsignedInteger() {
    assertThat(Float64.toU32(env, RoundingMode.RNE, d(-0.5))).isZero();
    assertThat(env.flags).isEqualTo(FpEnvironment.NX);
  }

  @Test
  void exactlyOneClassIsReported() {
    double[] ascending = {
      Double.NEGATIVE_INFINITY,
      -1,
      -Double.MIN_VALUE,
      -0.0,
      0.0,
      Double.MIN_VALUE,
      1,
      Double.POSITIVE_INFINITY
    };
    for (int i = 0; i < ascending.length; i++) {
      assertThat(Float64.classify(d(ascending[i]))).isEqualTo(1 << i);
      float narrow = (float) (Math.abs(ascending[i]) < 1 ? ascending[i] * 0x1p925 : ascending[i]);
      assertThat(Float32.classify(Float.floatToRawIntBits(narrow))).isEqualTo(1 << i);
    }
    assertThat(Float64.classify(SIGNALLING)).isEqualTo(1 << 8);
    assertThat(Float64.classify(QUIET)).isEqualTo(1 << 9);
  }

  @Test
  void anImproperlyBoxedSingleIsTheCanonicalNan() {
    int one = Float.floatToRawIntBits(1);
    assertThat(NanBox.unbox(NanBox.box(one))).isEqualTo(one);
    assertThat(NanBox.unbox(one)).isEqualTo(Float32.CANONICAL_NAN);
    assertThat(NanBox.unbox(NanBox.box(one) ^ (1L << 40))).isEqualTo(Float32.CANONICAL_NAN);
    assertThat(NanBox.box(one)).isEqualTo(0xffff_ffff_3f80_0000L);
  }

  @Test
  void minimumAndMaximumOfZfaPreferNans() {
    assertThat(Float64.minimum(env, d(0.0), d(-0.0))).isEqualTo(d(-0.0));
    assertThat(Float64.maximum(env, QUIET, d(1))).isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isZero();
    assertThat(Float64.minimum(env, d(1), SIGNALLING)).isEqualTo(Float64.CANONICAL_NAN);
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void theComparisonsOfZfaAreQuiet() {
    assertThat(Float64.quietLe(env, QUIET, d(1))).isFalse();
    assertThat(Float64.quietLt(env, d(1), d(2))).isTrue();
    assertThat(env.flags).isZero();
    assertThat(Float64.quietLt(env, SIGNALLING, d(1))).isFalse();
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void roundingToAnIntegerKeepsTheSignAndRaisesInexactOnlyIfAsked() {
    assertThat(Float64.round(env, RoundingMode.RNE, d(2.5), false)).isEqualTo(d(2));
    assertThat(Float64.round(env, RoundingMode.RMM, d(2.5), false)).isEqualTo(d(3));
    assertThat(Float64.round(env, RoundingMode.RUP, d(-0.5), false)).isEqualTo(d(-0.0));
    assertThat(Float64.round(env, RoundingMode.RDN, d(1e300), true)).isEqualTo(d(1e300));
    assertThat(Float64.round(env, RoundingMode.RNE, INFINITY, true)).isEqualTo(INFINITY);
    assertThat(env.flags).isZero();
    assertThat(Float64.round(env, RoundingMode.RNE, d(2.5), true)).isEqualTo(d(2));
    assertThat(env.flags).isEqualTo(FpEnvironment.NX);
  }

  @Test
  void modularConversionWrapsWithTheFlagsOfTheConversionThatSaturates() {
    assertThat(Float64.toI32Modulo(env, d(-1.5))).isEqualTo(-1);
    assertThat(env.flags).isEqualTo(FpEnvironment.NX);
    env.flags = 0;
    assertThat(Float64.toI32Modulo(env, d(0x1p32 + 5.5))).isEqualTo(5);
    assertThat(Float64.toI32Modulo(env, d(0x1p31))).isEqualTo(Integer.MIN_VALUE);
    assertThat(Float64.toI32Modulo(env, d(-0x1p80 - 0x1p40))).isZero();
    assertThat(Float64.toI32Modulo(env, INFINITY)).isZero();
    assertThat(Float64.toI32Modulo(env, QUIET)).isZero();
    assertThat(env.flags).isEqualTo(FpEnvironment.NV);
  }

  @Test
  void theLowestIntegerConvertsModuloWithoutFlags() {
    assertThat(Float64.toI32Modulo(env, d(-0x1p31))).isEqualTo(Integer.MIN_VALUE);
    assertThat(env.flags).isZero();
  }

  @Test
  void theConstantsOfZfaAreTheSameInBothFormatsButForTheSmallestNormal() {
    for (int i = 0; i < 31; i++) {
      float single = Float.intBitsToFloat(FpConstants.binary32(i));
      double twice = Double.longBitsToDouble(FpConstants.binary64(i));
      assertThat(twice).isEqualTo(i == 1 ? Double.MIN_NORMAL : single);
    }
    assertThat(FpConstants.binary32(0)).isEqualTo(0xbf80_0000);
    assertThat(FpConstants.binary32(1)).isEqualTo(0x0080_0000);
    assertThat(FpConstants.binary32(31)).isEqualTo(Float32.CANONICAL_NAN);
    assertThat(FpConstants.binary64(31)).isEqualTo(Float64.CANONICAL_NAN);
  }

  @Test
  void everyHalfConvertsToAWiderFormatAndBack() {
    for (int half = 0; half <= 0xffff; half++) {
      env.flags = 0;
      int single = Float16.toFloat32(env, half);
      long twice = Float16.toFloat64(env, half);
      boolean nan = (half & 0x7fff) > 0x7c00;
      assertThat(env.flags).isEqualTo(nan && (half & 0x200) == 0 ? FpEnvironment.NV : 0);
      for (int rm = RoundingMode.RNE; rm <= RoundingMode.RMM; rm++) {
        env.flags = 0;
        int expected = nan ? Float16.CANONICAL_NAN : half;
        assertThat(Float16.fromFloat32(env, rm, single)).isEqualTo(expected);
        assertThat(Float16.fromFloat64(env, rm, twice)).isEqualTo(expected);
        assertThat(env.flags).isZero();
      }
    }
  }

  @Test
  void aValueBetweenTwoHalvesIsRoundedAndOneBelowThemIsTiny() {
    long half = d(1 + 0x1p-11); // halfway between 0x3c00 and 0x3c01
    assertThat(Float16.fromFloat64(env, RoundingMode.RNE, half)).isEqualTo(0x3c00);
    assertThat(Float16.fromFloat64(env, RoundingMode.RMM, half)).isEqualTo(0x3c01);
    assertThat(env.flags).isEqualTo(FpEnvironment.NX);
    assertThat(Float16.fromFloat64(env, RoundingMode.RNE, d(65520))).isEqualTo(0x7c00);
    assertThat(env.flags).isEqualTo(FpEnvironment.NX | FpEnvironment.OF);
    env.flags = 0;
    assertThat(Float16.fromFloat64(env, RoundingMode.RUP, d(0x1p-60))).isEqualTo(1);
    assertThat(env.flags).isEqualTo(FpEnvironment.NX | FpEnvironment.UF);
  }

  @Test
  void anImproperlyBoxedHalfIsTheCanonicalNan() {
    assertThat(NanBox.unboxHalf(NanBox.boxHalf(0x3c00))).isEqualTo(0x3c00);
    assertThat(NanBox.unboxHalf(NanBox.box(0x3c00))).isEqualTo(Float16.CANONICAL_NAN);
    assertThat(NanBox.boxHalf(0x3c00)).isEqualTo(0xffff_ffff_ffff_3c00L);
  }

  private static long d(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
