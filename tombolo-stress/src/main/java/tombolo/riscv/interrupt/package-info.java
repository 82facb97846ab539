// SPDX-License-Identifier: Apache-2.0

/** What two threads may see of a hart's interrupt file. */
@NullMarked
package tombolo.riscv.interrupt;

import org.jspecify.annotations.NullMarked;
