// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static tombolo.riscv.fp.BinaryFormat.BINARY16;
import static tombolo.riscv.fp.BinaryFormat.BINARY32;
import static tombolo.riscv.fp.BinaryFormat.BINARY64;

/**
 * The conversions of the Zfhmin extension, on bit patterns (not NaN-boxed: see {@link NanBox}); a
 * half is in the low 16 bits of an int, whose other bits are zero.
 *
 * <p>Thread-safe as far as the given {@link FpEnvironment} is the caller's own. {@code rm} is one
 * of {@link RoundingMode}'s. A NaN result is always the canonical one. Follows Zfhmin Extension for
 * Half-Precision Floating-Point Conversions, version 1.0.
 *
 * <p>Every half is a float, so what converts back to the same value was not rounded, which raises
 * nothing and is the same in every mode. Everything else goes to the integer implementation.
 */
public final class Float16 {
  /** The only NaN that an operation returns. */
  public static final int CANONICAL_NAN = 0x7e00;

  private Float16() {}

  /** FCVT.S.H: always exact. */
  public static int toFloat32(FpEnvironment env, int a) {
    float value = Float.float16ToFloat((short) a);
    return Float.isNaN(value)
        ? (int) SoftConversion.convert(BINARY16, BINARY32, env, RoundingMode.RNE, a)
        : Float.floatToRawIntBits(value);
  }

  /** FCVT.D.H: always exact. */
  public static long toFloat64(FpEnvironment env, int a) {
    float value = Float.float16ToFloat((short) a);
    return Float.isNaN(value)
        ? SoftConversion.convert(BINARY16, BINARY64, env, RoundingMode.RNE, a)
        : Double.doubleToRawLongBits(value);
  }

  /** FCVT.H.S. */
  public static int fromFloat32(FpEnvironment env, int rm, int a) {
    float x = Float.intBitsToFloat(a);
    short result = Float.floatToFloat16(x);
    if (Float.float16ToFloat(result) == x) {
      return result & 0xffff;
    }
    return (int) SoftConversion.convert(BINARY32, BINARY16, env, rm, a & 0xffff_ffffL);
  }

  /** FCVT.H.D. */
  public static int fromFloat64(FpEnvironment env, int rm, long a) {
    double x = Double.longBitsToDouble(a);
    short result = Float.floatToFloat16((float) x);
    if (Float.float16ToFloat(result) == x) {
      return result & 0xffff;
    }
    return (int) SoftConversion.convert(BINARY64, BINARY16, env, rm, a);
  }
}
