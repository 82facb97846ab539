// SPDX-License-Identifier: Apache-2.0

/** What a debugger sees of a hart, and how it holds one. */
@NullMarked
package tombolo.riscv.debug;

import org.jspecify.annotations.NullMarked;
