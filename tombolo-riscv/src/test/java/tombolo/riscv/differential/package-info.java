// SPDX-License-Identifier: Apache-2.0
/**
 * Seeded random programs, run on QEMU and on Tombolo's embedded machine, which must agree on every
 * register, CSR, trap and byte of memory at the end.
 *
 * <p>From small to large: {@link tombolo.riscv.differential.Encode} puts fields into words, a
 * {@link tombolo.riscv.differential.Template} is an instruction whose operands are still to be
 * drawn, a {@link tombolo.riscv.differential.Node} is a piece of a program that makes sense alone,
 * a {@link tombolo.riscv.differential.Program} is a list of nodes and the world it starts in, a
 * {@link tombolo.riscv.differential.Batch} is the ELF image of many programs, a {@link
 * tombolo.riscv.differential.Target} runs it, and {@link tombolo.riscv.differential.Comparison}
 * runs it twice and compares. {@code docs/differential.md} says what is left out and why.
 */
@NullMarked
package tombolo.riscv.differential;

import org.jspecify.annotations.NullMarked;
