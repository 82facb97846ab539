// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/** Draws integer and floating-point values that lie where implementations go wrong. */
final class Values {
  private static final long[] INTEGERS = {
    0,
    1,
    2,
    -1,
    -2,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    0x1_0000_0000L,
    0xffff_ffff_8000_0000L,
    0xffff_ffff_0000_0000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1,
    0x5555_5555_5555_5555L,
    0x0102_0304_0506_0708L,
    0x0000_00ff_0000_00ffL,
    1L << 24,
    (1L << 24) + 1,
    1L << 53,
    (1L << 53) + 1,
    -(1L << 53) - 1,
  };

  private static final int[] SINGLES = {
    0x0000_0000, // +0
    0x8000_0000, // -0
    0x3f80_0000, // 1
    0xbf80_0000, // -1
    0x3f7f_ffff, // just under 1
    0x3f80_0001, // just over 1
    0x3fc0_0000, // 1.5
    0x3f00_0000, // 0.5
    0xbf00_0000, // -0.5
    0x4020_0000, // 2.5
    0x7f80_0000, // infinity
    0xff80_0000, // -infinity
    0x7fc0_0000, // the canonical NaN
    0xffc0_0001, // a quiet NaN
    0x7fff_ffff, // a quiet NaN
    0x7f80_0001, // a signalling NaN
    0xffa0_0000, // a signalling NaN
    0x7f7f_ffff, // the greatest
    0xff7f_ffff,
    0x0080_0000, // the smallest normal
    0x8080_0000,
    0x007f_ffff, // the greatest subnormal
    0x0000_0001, // the smallest subnormal
    0x8000_0001,
    0x0040_0000,
    0x4eff_ffff, // around 2^31
    0x4f00_0000,
    0xcf00_0000,
    0xcf00_0001,
    0x4f7f_ffff, // around 2^32
    0x4f80_0000,
    0x5eff_ffff, // around 2^63
    0x5f00_0000,
    0xdf00_0000,
    0x5f7f_ffff, // around 2^64
    0x5f80_0000,
    0x4b00_0001, // around 2^23: no fraction left
    0x4aff_ffff,
    0x1fff_ffff, // squares underflow
    0x5fff_ffff, // squares overflow
    0x4049_0fdb,
    0x477f_e000, // the greatest half
    0x477f_efff, // rounds to it, or just not
    0x477f_f000,
    0x3880_0000, // the smallest normal half
    0x387f_dfff,
    0x387f_e000,
    0x3380_0000, // the smallest subnormal half
    0x3300_0000, // half of it
    0x3300_0001,
    0x3f80_1000, // half way between two halves
    0x3f80_3000,
  };

  private static final long[] DOUBLES = {
    0x0000_0000_0000_0000L,
    0x8000_0000_0000_0000L,
    0x3ff0_0000_0000_0000L, // 1
    0xbff0_0000_0000_0000L, // -1
    0x3fef_ffff_ffff_ffffL, // just under 1
    0x3ff0_0000_0000_0001L, // just over 1
    0x3ff8_0000_0000_0000L, // 1.5
    0x3fe0_0000_0000_0000L, // 0.5
    0xbfe0_0000_0000_0000L, // -0.5
    0x4004_0000_0000_0000L, // 2.5
    0x7ff0_0000_0000_0000L, // infinity
    0xfff0_0000_0000_0000L, // -infinity
    0x7ff8_0000_0000_0000L, // the canonical NaN
    0xfff8_0000_0000_0001L, // a quiet NaN
    0x7ff0_0000_0000_0001L, // a signalling NaN
    0xfff4_0000_0000_0000L, // a signalling NaN
    0x7fef_ffff_ffff_ffffL, // the greatest
    0xffef_ffff_ffff_ffffL,
    0x0010_0000_0000_0000L, // the smallest normal
    0x8010_0000_0000_0000L,
    0x000f_ffff_ffff_ffffL, // the greatest subnormal
    0x0000_0000_0000_0001L, // the smallest subnormal
    0x8000_0000_0000_0001L,
    0x0008_0000_0000_0000L,
    0x41df_ffff_ffc0_0000L, // around 2^31
    0x41df_ffff_ffff_ffffL,
    0x41e0_0000_0000_0000L,
    0xc1e0_0000_0000_0000L,
    0xc1e0_0000_001f_ffffL,
    0xc1e0_0000_0020_0000L,
    0x41ef_ffff_ffe0_0000L, // around 2^32
    0x41ef_ffff_ffff_ffffL,
    0x41f0_0000_0000_0000L,
    0x43df_ffff_ffff_ffffL, // around 2^63
    0x43e0_0000_0000_0000L,
    0xc3e0_0000_0000_0000L,
    0xc3e0_0000_0000_0001L,
    0x43ef_ffff_ffff_ffffL, // around 2^64
    0x43f0_0000_0000_0000L,
    0x4330_0000_0000_0001L, // around 2^52: no fraction left
    0x432f_ffff_ffff_ffffL,
    0x47ef_ffff_e000_0000L, // the greatest single
    0x47ef_ffff_efff_ffffL, // rounds to it, or just not
    0x47ef_ffff_f000_0000L,
    0x3810_0000_0000_0000L, // the smallest normal single
    0x380f_ffff_ffff_ffffL,
    0x380f_ffff_c000_0000L,
    0x380f_ffff_e000_0000L,
    0x36a0_0000_0000_0000L, // the smallest subnormal single
    0x3690_0000_0000_0000L, // half of it
    0x3690_0000_0000_0001L,
    0x3ff0_0000_1000_0000L, // half way between two singles
    0x3ff0_0000_3000_0000L,
    0x1fff_ffff_ffff_ffffL, // squares underflow
    0x5fff_ffff_ffff_ffffL, // squares overflow
    0x4009_21fb_5444_2d18L,
    0x40ef_fc00_0000_0000L, // the greatest half
    0x40ef_fdff_ffff_ffffL, // rounds to it, or just not
    0x40ef_fe00_0000_0000L,
    0x3f10_0000_0000_0000L, // the smallest normal half
    0x3f0f_fbff_ffff_ffffL,
    0x3f0f_fc00_0000_0000L,
    0x3e70_0000_0000_0000L, // the smallest subnormal half
    0x3e60_0000_0000_0000L, // half of it
    0x3e60_0000_0000_0001L,
    0x3ff0_0200_0000_0000L, // half way between two halves
    0x43ef_ffff_ffff_ffffL, // a multiple of 2^32 less a little
    0x4410_0000_8000_0001L, // its low word counts
    0xc3f0_0000_0000_0003L,
  };

  private static final long BOX = 0xffff_ffff_0000_0000L;
  private static final long HALF_BOX = 0xffff_ffff_ffff_0000L;

  private Values() {}

  static long integer(Chance chance) {
    return switch (chance.between(0, 5)) {
      case 0, 1 -> INTEGERS[chance.between(0, INTEGERS.length - 1)];
      case 2 -> INTEGERS[chance.between(0, INTEGERS.length - 1)] + chance.between(-2, 2);
      case 3 -> chance.bits64() >> chance.between(0, 63);
      case 4 -> 1L << chance.between(0, 63);
      default -> chance.bits64();
    };
  }

  static int single(Chance chance) {
    return switch (chance.between(0, 7)) {
      case 0, 1 -> SINGLES[chance.between(0, SINGLES.length - 1)];
      case 2 -> SINGLES[chance.between(0, SINGLES.length - 1)] + chance.between(-2, 2);
      // Exponents close together, so that sums cancel and products stay in range.
      case 3 -> (chance.bits32() & 0x807f_ffff) | chance.between(120, 134) << 23;
      case 4, 5 ->
          chance.between(0, 1) << 31
              | chance.between(127 - 26, 127 + 26) << 23
              | (int) sparse(chance, 23);
      case 6 -> Float.floatToRawIntBits(chance.between(-9, 9) / 2f);
      default -> chance.bits32();
    };
  }

  static long twice(Chance chance) {
    return switch (chance.between(0, 7)) {
      case 0, 1 -> DOUBLES[chance.between(0, DOUBLES.length - 1)];
      case 2 -> DOUBLES[chance.between(0, DOUBLES.length - 1)] + chance.between(-2, 2);
      case 3 ->
          (chance.bits64() & 0x800f_ffff_ffff_ffffL) | (long) chance.between(1016, 1030) << 52;
      case 4, 5 ->
          (long) chance.between(0, 1) << 63
              | (long) chance.between(1023 - 55, 1023 + 55) << 52
              | sparse(chance, 52);
      case 6 -> Double.doubleToRawLongBits(chance.between(-9, 9) / 2.0);
      default -> chance.bits64();
    };
  }

  /** A fraction of few different bits: its sums and products often lie half way. */
  private static long sparse(Chance chance, int bits) {
    long all = (1L << bits) - 1;
    return switch (chance.between(0, 3)) {
      case 0 -> 0;
      case 1 -> 1L << chance.between(0, bits - 1);
      case 2 -> all;
      default -> all & -1L << chance.between(0, bits - 1);
    };
  }

  private static final int[] HALVES = {
    0x0000, // +0
    0x8000, // -0
    0x3c00, // 1
    0xbc00, // -1
    0x3bff, // just under 1
    0x7c00, // infinity
    0xfc00, 0x7e00, // the canonical NaN
    0xfe01, // a quiet NaN
    0x7c01, // a signalling NaN
    0xfdff, 0x7bff, // the greatest
    0x0400, // the smallest normal
    0x03ff, // the greatest subnormal
    0x0001, // the smallest subnormal
    0x8001,
  };

  private static int half(Chance chance) {
    return chance.percent(50)
        ? HALVES[chance.between(0, HALVES.length - 1)]
        : chance.between(0, 0xffff);
  }

  /**
   * A content of a floating-point register: a double, a boxed single or half, or a badly boxed one.
   */
  static long floating(Chance chance) {
    long single = single(chance) & ~BOX;
    return switch (chance.between(0, 11)) {
      case 0, 1, 2, 3 -> twice(chance);
      case 4 -> single;
      case 5 -> single | (BOX & ~(1L << chance.between(32, 63)));
      case 6 -> half(chance) | HALF_BOX;
      case 7 -> half(chance) | (HALF_BOX & ~(1L << chance.between(16, 63)));
      default -> single | BOX;
    };
  }
}
