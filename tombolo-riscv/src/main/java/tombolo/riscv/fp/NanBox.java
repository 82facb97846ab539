// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/** Single-precision values in 64-bit registers: the upper half of a valid one is all ones. */
public final class NanBox {
  private static final long BOX = 0xffff_ffff_0000_0000L;

  private NanBox() {}

  /** Returns the register contents that hold these single-precision bits. */
  public static long box(int bits) {
    return bits | BOX;
  }

  /** Returns the boxed value, or the canonical NaN if the register holds no properly boxed one. */
  public static int unbox(long register) {
    return register >>> 32 == 0xffff_ffffL ? (int) register : Float32.CANONICAL_NAN;
  }
}
