// SPDX-License-Identifier: Apache-2.0
/**
 * What a debugger needs of an accelerator: registers and memory of a vCPU as its guest sees them,
 * and a {@link tombolo.machine.debug.Hold} that decides how far the vCPU runs on.
 */
@NullMarked
package tombolo.machine.debug;

import org.jspecify.annotations.NullMarked;
