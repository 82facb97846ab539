// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * The accrued exception flags of one hart ({@code fflags}: bits 4 to 0 of {@code fcsr}).
 *
 * <p>Operations only ever set bits; the guest clears them by writing the CSR. Owned by the hart's
 * thread and not safe for any other.
 */
public final class FpEnvironment {
  /** Inexact: the result was rounded. */
  public static final int NX = 1;

  /** Underflow: the result was tiny after rounding, and inexact. */
  public static final int UF = 2;

  /** Overflow: the rounded result exceeds the format. */
  public static final int OF = 4;

  /** Divide by zero: an exact infinity from finite operands. */
  public static final int DZ = 8;

  /** Invalid operation: no meaningful result, or a signalling NaN was read. */
  public static final int NV = 16;

  /** The flags raised since the guest last wrote them, in 0 to 31. */
  public int flags;
}
