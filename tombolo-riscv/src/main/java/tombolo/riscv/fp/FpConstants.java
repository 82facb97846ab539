// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * The 32 constants that FLI loads, in the order of its rs1 field (RISC-V Unprivileged ISA, chapter
 * Zfa, "Load-Immediate Instructions"). The smallest positive normal number is another one in each
 * format.
 */
public final class FpConstants {
  private static final int MIN_NORMAL = 1;

  private static final float[] VALUES = {
    -1,
    Float.MIN_NORMAL,
    0x1p-16f,
    0x1p-15f,
    0x1p-8f,
    0x1p-7f,
    0x1p-4f,
    0x1p-3f,
    0.25f,
    0.3125f,
    0.375f,
    0.4375f,
    0.5f,
    0.625f,
    0.75f,
    0.875f,
    1,
    1.25f,
    1.5f,
    1.75f,
    2,
    2.5f,
    3,
    4,
    8,
    16,
    128,
    256,
    0x1p15f,
    0x1p16f,
    Float.POSITIVE_INFINITY,
    Float.NaN,
  };

  private FpConstants() {}

  /** FLI.S of a number from 0 to 31. */
  public static int binary32(int number) {
    return Float.floatToIntBits(VALUES[number]);
  }

  /** FLI.D of a number from 0 to 31. */
  public static long binary64(int number) {
    return Double.doubleToLongBits(number == MIN_NORMAL ? Double.MIN_NORMAL : VALUES[number]);
  }
}
