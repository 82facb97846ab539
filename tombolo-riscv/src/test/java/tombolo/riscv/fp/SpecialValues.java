// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** The register contents at which something changes, both signs of each. */
final class SpecialValues {
  private static final long[] DOUBLES = both(doubles(), Long.MIN_VALUE);
  private static final long[] SINGLES =
      LongStream.concat(
              LongStream.of(both(singles(), Integer.MIN_VALUE)).map(bits -> NanBox.box((int) bits)),
              // Not properly boxed: a bare 1.0f, and one with a single zero above it.
              LongStream.of(0x3f80_0000L, 0xffff_fffe_3f80_0000L, 0x7fff_ffff_3f80_0000L))
          .toArray();
  private static final long[] HALVES =
      LongStream.concat(
              LongStream.rangeClosed(0, 0xffff).map(bits -> NanBox.boxHalf((int) bits)),
              // Not properly boxed: a bare 1.0, and one with a single zero above it.
              LongStream.of(0x3c00L, 0xffff_ffff_fffe_3c00L, 0x7fff_ffff_ffff_3c00L))
          .toArray();
  private static final long[] INTEGERS = integers().toArray();

  private SpecialValues() {}

  /** The values of a kind; the caller does not write to the array. */
  static long[] of(Operation.Operand kind) {
    return switch (kind) {
      case HALF -> HALVES;
      case SINGLE -> SINGLES;
      case DOUBLE -> DOUBLES;
      case INTEGER -> INTEGERS;
    };
  }

  private static long[] both(LongStream positive, long signBit) {
    return positive.flatMap(bits -> LongStream.of(bits, bits | signBit)).distinct().toArray();
  }

  private static LongStream doubles() {
    LongStream patterns =
        LongStream.of(
            0,
            1,
            2,
            3,
            0x0008_0000_0000_0000L, // half the smallest normal
            0x000f_ffff_ffff_ffffL, // largest subnormal
            0x001f_ffff_ffff_ffffL,
            0x7fef_ffff_ffff_ffffL, // largest
            0x7fef_ffff_ffff_fffeL,
            0x7fe0_0000_0000_0000L,
            0x7ff0_0000_0000_0000L, // infinity
            0x7ff0_0000_0000_0001L, // signalling NaNs
            0x7ff7_ffff_ffff_ffffL,
            0x7ff8_0000_0000_0000L, // quiet NaNs
            0x7ff8_dead_beef_0001L);
    return LongStream.concat(
        patterns,
        around(
                0x1p-1022,
                0x1p-1021,
                0x1p-900,
                0x1p-538,
                0x1p-537,
                0x1p-511,
                1,
                2,
                0x1p53,
                0x1p511,
                0x1p512,
                0.5,
                1.5,
                2.5,
                3,
                1.0 / 3,
                10,
                0x1p31,
                0x1p31 - 0.5,
                0x1p31 - 1,
                0x1p31 + 1,
                0x1p31 + 0.5,
                0x1p32,
                0x1p32 - 0.5,
                0x1p32 - 1,
                0x1p52,
                0x1p63,
                0x1p64,
                // Where converting to single precision changes: overflow, tiny, zero.
                0x1.fffffep127,
                0x1.ffffffp127,
                0x1p128,
                0x1p-126,
                0x1.fffffep-127,
                0x1.ffffffp-127,
                0x1.fffffdp-127,
                0x1p-149,
                0x1p-150,
                0x1.8p-149,
                // The same for halves.
                65504,
                65520,
                65536,
                0x1p-14,
                0x1.ffcp-15,
                0x1.ffep-15,
                0x1.ffap-15,
                0x1p-24,
                0x1p-25,
                0x1.8p-24,
                0x1.002p0,
                0x1.006p0,
                0x1.000001p0,
                0x1.000003p0)
            .mapToLong(Double::doubleToRawLongBits));
  }

  private static DoubleStream around(double... values) {
    return DoubleStream.of(values)
        .flatMap(value -> DoubleStream.of(Math.nextDown(value), value, Math.nextUp(value)));
  }

  private static LongStream singles() {
    LongStream patterns =
        LongStream.of(
            0,
            1,
            2,
            3,
            0x0040_0000, // half the smallest normal
            0x007f_ffff, // largest subnormal
            0x00ff_ffff,
            0x7f7f_ffff, // largest
            0x7f7f_fffe,
            0x7f00_0000,
            0x7f80_0000, // infinity
            0x7f80_0001, // signalling NaNs
            0x7fbf_ffff,
            0x7fc0_0000, // quiet NaNs
            0x7fc0_beef);
    LongStream near =
        DoubleStream.of(
                0x1p-126,
                0x1p-125,
                0x1p-75,
                0x1p-74,
                0x1p-63,
                1,
                2,
                0x1p24,
                0x1p63,
                0x1p64,
                0.5,
                1.5,
                2.5,
                3,
                1.0 / 3,
                10,
                0x1p31,
                0x1p32,
                0x1p23,
                0x1p62,
                0x1p22,
                // Where converting to a half changes.
                65504,
                65520,
                65536,
                0x1p-14,
                0x1.ffcp-15,
                0x1.ffep-15,
                0x1.ffap-15,
                0x1p-24,
                0x1p-25,
                0x1.8p-24,
                0x1.002p0,
                0x1.006p0)
            .flatMap(
                value ->
                    DoubleStream.of(
                        Math.nextDown((float) value), (float) value, Math.nextUp((float) value)))
            .mapToLong(value -> Float.floatToRawIntBits((float) value));
    return LongStream.concat(patterns, near);
  }

  private static LongStream integers() {
    LongStream powers = LongStream.range(0, 64).map(bit -> 1L << bit);
    return powers
        .flatMap(power -> LongStream.of(power, power - 1, power + 1, power + (power >>> 24)))
        .flatMap(value -> LongStream.of(value, -value, value ^ (value >>> 25), ~(value >>> 1)))
        .distinct();
  }
}
