// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/** Narrow values in 64-bit registers: the bits above a valid one are all ones. */
public final class NanBox {
  private static final long BOX = 0xffff_ffff_0000_0000L;
  private static final long HALF_BOX = 0xffff_ffff_ffff_0000L;

  private NanBox() {}

  /** Returns the register contents that hold these single-precision bits. */
  public static long box(int bits) {
    return bits | BOX;
  }

  /** Returns the boxed value, or the canonical NaN if the register holds no properly boxed one. */
  public static int unbox(long register) {
    return register >>> 32 == 0xffff_ffffL ? (int) register : Float32.CANONICAL_NAN;
  }

  /** Returns the register contents that hold the half-precision value in the low 16 bits. */
  public static long boxHalf(int bits) {
    return bits | HALF_BOX;
  }

  /** Returns the boxed half, or the canonical NaN if the register holds no properly boxed one. */
  public static int unboxHalf(long register) {
    boolean boxed = (register & HALF_BOX) == HALF_BOX;
    return boxed ? (int) register & 0xffff : Float16.CANONICAL_NAN;
  }
}
