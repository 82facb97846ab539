// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

/**
 * The five rounding modes, numbered as in the {@code rm} field of an instruction and in {@code
 * frm}.
 *
 * <p>They are ints because a hart reads them out of instruction words. The caller has already
 * replaced {@code DYN} by {@code frm} and refused 5 and 6; no operation here checks again.
 */
public final class RoundingMode {
  /** To nearest, ties to even. */
  public static final int RNE = 0;

  /** Towards zero. */
  public static final int RTZ = 1;

  /** Down, towards negative infinity. */
  public static final int RDN = 2;

  /** Up, towards positive infinity. */
  public static final int RUP = 3;

  /** To nearest, ties to the larger magnitude. */
  public static final int RMM = 4;

  private RoundingMode() {}
}
