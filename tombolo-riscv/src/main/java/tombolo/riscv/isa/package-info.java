// SPDX-License-Identifier: Apache-2.0

/**
 * Instruction encodings: turns instruction words into packed operations, and names causes of traps.
 */
@NullMarked
package tombolo.riscv.isa;

import org.jspecify.annotations.NullMarked;
