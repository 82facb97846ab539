// SPDX-License-Identifier: Apache-2.0

/** A hart as the vCPU of a virtual machine, and the SBI firmware that answers its calls. */
@NullMarked
package tombolo.riscv.vcpu;

import org.jspecify.annotations.NullMarked;
