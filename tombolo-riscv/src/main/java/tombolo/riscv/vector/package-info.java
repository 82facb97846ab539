// SPDX-License-Identifier: Apache-2.0

/**
 * The V extension, version 1.0, Zvfhmin and Zvbb, with elements of up to 64 bits and vectors of 128
 * to 2,048.
 *
 * <p>{@link tombolo.riscv.vector.VectorUnit} is a hart's vector registers and CSRs, and executes
 * instructions. Each other class has one family of them.
 *
 * <p><b>Lanes.</b> An operation widens its operands into lanes of 64 bits, computes in lanes, and
 * narrows the results into the destination. So an operation has one loop for all widths of
 * elements, and all its sources are read before anything is written, whatever overlaps.
 *
 * <p><b>Agnostic elements</b> of tails and of masked-off places stay as they are, which both
 * policies allow. <b>Reserved</b> encodings and overlaps are illegal instructions.
 */
@NullMarked
package tombolo.riscv.vector;

import org.jspecify.annotations.NullMarked;
