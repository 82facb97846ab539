// SPDX-License-Identifier: Apache-2.0

/** One hart: its registers, address translation, decoded code, and the engine that executes it. */
@NullMarked
package tombolo.riscv.hart;

import org.jspecify.annotations.NullMarked;
