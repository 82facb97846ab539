// SPDX-License-Identifier: Apache-2.0

/**
 * The accelerator {@code riscv}: RV64GC harts in pure Java, with their SBI firmware, interrupt
 * controller and board.
 *
 * <p>It needs nothing of the host but a JVM, and is the default everywhere.
 */
@NullMarked
package tombolo.riscv;

import org.jspecify.annotations.NullMarked;
