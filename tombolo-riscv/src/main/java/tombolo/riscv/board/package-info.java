// SPDX-License-Identifier: Apache-2.0

/** The board around the harts: its layout, its devices and its device tree. */
@NullMarked
package tombolo.riscv.board;

import org.jspecify.annotations.NullMarked;
