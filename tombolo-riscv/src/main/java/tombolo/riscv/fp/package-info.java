// SPDX-License-Identifier: Apache-2.0

/**
 * IEEE 754 arithmetic exactly as the F and D extensions of RISC-V define it: five rounding modes,
 * five sticky flags, canonical NaNs, tininess detected after rounding.
 *
 * <p>{@link tombolo.riscv.fp.Float32} and {@link tombolo.riscv.fp.Float64} are what a hart calls.
 * Values are bit patterns, so a signalling NaN survives. Each operation tries the JVM's own
 * arithmetic where that provably gives the same bits and the same flags, and otherwise calls the
 * integer implementation: {@code SoftFloat}, {@code SoftFusedMultiplyAdd} and {@code
 * SoftConversion} compute an exact result, {@code Rounding} rounds and packs it. The integer
 * implementation handles every case by itself; the fast paths only save time.
 *
 * <p>Nothing here allocates or keeps state except {@link tombolo.riscv.fp.FpEnvironment}, which
 * belongs to one hart's thread.
 */
@NullMarked
package tombolo.riscv.fp;

import org.jspecify.annotations.NullMarked;
