// SPDX-License-Identifier: Apache-2.0

/** Interrupt controllers of the board: PLIC, APLIC and IMSIC. */
@NullMarked
package tombolo.riscv.interrupt;

import org.jspecify.annotations.NullMarked;
